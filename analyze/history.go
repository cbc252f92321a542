package analyze

import (
	"slices"
	"sort"

	"grantrail/ingest/table"
)

// history fills the map of instance, volume and key from every success in the
// archive, from AWS Config's pictures, and from volumes that EventBridge says
// could not be attached. A volume keeps its key for life, so an old tie still
// holds.
func (s *scan) history() {
	for _, row := range s.order {
		if s.t.ErrorCode(row) != "" {
			continue
		}
		switch s.t.Kind(row) {
		case table.Grant, table.DataKey:
			s.tie(row, s.t.Grantee(row))
		case table.ConfigItem, table.Described:
			s.tie(row, s.t.Instances(row)[0])
		case table.VolumeItem:
			s.tie(row, first(s.t.Instances(row)))
		case table.VolumeEvent:
			s.tie(row, "")
		case table.Storage:
			switch s.t.Name(row) {
			case "AttachVolume":
				s.tie(row, first(s.t.Instances(row)))
			case "DetachVolume":
				s.untie(row)
			case "CreateVolume":
				s.tie(row, "")
			}
		}
	}
	for v, all := range s.attached {
		for _, a := range all {
			at := instanceID{v.place, a.instance}
			if key := s.volumeKeys[v]; key != "" && a.instance != "" {
				s.use(at, key, a.ns)
			}
		}
		if last := all[len(all)-1].instance; last != "" {
			at := instanceID{v.place, last}
			s.volumesOf[at] = append(s.volumesOf[at], v.id)
		}
	}
	for _, volumes := range s.volumesOf {
		slices.Sort(volumes)
	}
}

// first is the first of a list, or "".
func first(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return ids[0]
}

// tie notes what one record says of its volumes, an instance and a key.
func (s *scan) tie(row int, instance string) {
	at, key := s.place(row), s.keyOf(row)
	for _, id := range s.t.Volumes(row) {
		v := volumeID{at, id}
		if all := s.attached[v]; instance != "" && (len(all) == 0 || all[len(all)-1].instance != instance) {
			s.attached[v] = append(all, attachment{instance, s.t.Nanos(row)})
		}
		if key != "" {
			s.volumeKeys[v] = key
		}
		if full := s.volumeKeys[v]; instance != "" && full != "" {
			s.ties = append(s.ties, tied{row, instanceID{at, instance}, id, full})
		}
	}
	if instance != "" && key != "" {
		s.use(instanceID{at, instance}, key, s.t.Nanos(row))
	}
}

// untie notes that volumes were taken from an instance.
func (s *scan) untie(row int) {
	for _, id := range s.t.Volumes(row) {
		v := volumeID{s.place(row), id}
		if all := s.attached[v]; len(all) > 0 && all[len(all)-1].instance != "" {
			s.attached[v] = append(all, attachment{"", s.t.Nanos(row)})
		}
	}
}

// attachment is from when on an instance is seen to have a volume, or "" none is.
type attachment struct {
	instance string
	ns       int64
}

// attachedAt is the instance that a volume was attached to at a time, by the last
// record up to it, else by the first after it; "" where none is known.
func (s *scan) attachedAt(v volumeID, ns int64) string {
	all := s.attached[v]
	if len(all) == 0 {
		return ""
	}
	behind := sort.Search(len(all), func(i int) bool { return all[i].ns > ns })
	return all[max(0, behind-1)].instance
}

// has reports whether a volume was last seen with an instance.
func (s *scan) has(i instanceID, volume string) bool {
	all := s.attached[volumeID{i.place, volume}]
	return len(all) == 0 || all[len(all)-1].instance == i.id
}

// use is a key that an instance is known to use, and since when.
type use struct {
	key string
	ns  int64
}

func (s *scan) use(i instanceID, key string, ns int64) {
	for n := range s.used[i] {
		if known := &s.used[i][n]; known.key == key {
			known.ns = min(known.ns, ns)
			return
		}
	}
	s.used[i] = append(s.used[i], use{key, ns})
}

// uses reports whether an instance is known to use a key.
func (s *scan) uses(i instanceID, key string) bool {
	return slices.ContainsFunc(s.used[i], func(u use) bool { return sameKey(u.key, key) })
}

// usesOther reports whether an instance's volumes are all known to use keys
// other than this one, by what is seen of it before its next launch: it may have
// got other volumes by then. An instance of which nothing is known does not.
func (s *scan) usesOther(i instanceID, key string, next int64) bool {
	return key != "" && !s.uses(i, key) && slices.ContainsFunc(s.used[i], func(u use) bool { return u.ns < next })
}
