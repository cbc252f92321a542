package analyze

import (
	"slices"

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
			case "CreateVolume":
				s.tie(row, "")
			}
		}
	}
	for v, instance := range s.attached {
		at := instanceID{v.place, instance}
		s.volumesOf[at] = append(s.volumesOf[at], v.id)
		if key := s.volumeKeys[v]; key != "" {
			s.use(at, key)
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
		if instance != "" {
			s.attached[v] = instance
		}
		if key != "" {
			s.volumeKeys[v] = key
		}
		if full := s.volumeKeys[v]; instance != "" && full != "" {
			s.ties = append(s.ties, tied{row, instanceID{at, instance}, id, full})
		}
	}
	if instance != "" && key != "" {
		s.use(instanceID{at, instance}, key)
	}
}

func (s *scan) use(i instanceID, key string) {
	if !slices.Contains(s.used[i], key) {
		s.used[i] = append(s.used[i], key)
	}
}

// usesOther reports whether an instance's volumes are all known to use keys
// other than this one. An instance of which nothing is known does not.
func (s *scan) usesOther(i instanceID, key string) bool {
	keys := s.used[i]
	return key != "" && len(keys) > 0 && !slices.ContainsFunc(keys, func(k string) bool { return sameKey(k, key) })
}
