package analyze

import "sort"

// success is a KMS call that EC2 forwarded and that was granted.
type success struct {
	row       int
	ns        int64
	place     place
	key       string
	instance  string
	principal string // id
}

func (s *scan) succeed(row int, instance string) {
	p := s.principals.of(s.t.Identity(row), "")
	s.successes = append(s.successes, success{row, s.t.Nanos(row), s.place(row), s.keyOf(row), instance, p.id})
}

// like is what successes have in common that can be of one story: caller,
// place, call, and the key or the instance.
type like struct {
	principal string
	place     place
	call      string
	key       string // as sameAs spells it
	instance  string // where the refusals name no key
}

// successIndex are the successes by what they are like, each list in time
// order. It is made at the first call: stories by the thousand, each of which
// went through all successes of its caller, would take a day.
func (s *scan) successIndex() map[like][]int {
	if s.alike == nil {
		s.alike = make(map[like][]int, len(s.successes))
		for i := range s.successes {
			ok := &s.successes[i]
			l := like{principal: ok.principal, place: ok.place, call: s.t.Name(ok.row), key: sameAs(ok.key)}
			s.alike[l] = append(s.alike[l], i)
			if l.key, l.instance = "", ok.instance; l.instance != "" {
				s.alike[l] = append(s.alike[l], i)
			}
		}
	}
	return s.alike
}

// likes are what a success of the story can be like: the same call on the same
// key, or for one of its instances where the refusals name no key.
func (st *story) likes(each func(like)) {
	for call := range st.calls {
		l := like{principal: st.principal, place: st.place, call: call}
		if st.key != "" && !st.inferred {
			l.key = sameAs(st.goes)
			each(l)
			continue
		}
		for l.instance = range st.instances {
			each(l)
		}
	}
}

// lastGood is the last success before the first failed launch.
func (s *scan) lastGood(st *story) (success, bool) {
	index, best := s.successIndex(), -1
	st.likes(func(l like) {
		all := index[l]
		if i := sort.Search(len(all), func(i int) bool { return s.successes[all[i]].ns >= st.first }); i > 0 {
			best = max(best, all[i-1])
		}
	})
	if best < 0 {
		return success{}, false
	}
	return s.successes[best], true
}

// nextGood is the first success after the last refusal that is not of a failed
// launch itself: an instance beside one that failed shows nothing.
func (s *scan) nextGood(st *story) (success, bool) {
	index, best := s.successIndex(), len(s.successes)
	st.likes(func(l like) {
		all := index[l]
		i := sort.Search(len(all), func(i int) bool { return s.successes[all[i]].ns > st.last })
		for i < len(all) && st.requests[s.t.Request(s.successes[all[i]].row)] {
			i++
		}
		if i < len(all) {
			best = min(best, all[i])
		}
	})
	if best == len(s.successes) {
		return success{}, false
	}
	return s.successes[best], true
}
