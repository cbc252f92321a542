package analyze

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// bearing is what a change is about: a key, a policy, a role. Stories look up
// the changes that bear on what they are about, and judge those alone. Going
// through every change for every incident would be a product of two numbers
// that grow together.
type bearing struct {
	on      subject
	account string
	name    string
}

// subject is a kind of thing that changes are about.
type subject uint8

const (
	onKey    subject = iota // name: the key as sameAs spells it
	onGrant                 // account: the grantee's ARN, folded; name: the key as sameAs spells it
	onTarget                // name: what a change on a key is about beside the key, such as an alias
	onStores                // custom key stores, which name no key
	onPolicy                // name: the policy
	onGroup                 // name: the group, lower case
	onHolder                // name: the role, user or group, folded
	onOrg                   // the organisation's policies
	onSets                  // permission sets
	onPlace                 // account, name: the region
)

// bears calls each with everything that a change is about. It must cover all that
// [scan.reach] accepts, or a story misses the change.
func (s *scan) bears(row int, each func(bearing)) {
	account, target := s.t.Account(row), s.t.Target(row)
	switch s.t.Source(row) {
	case "kms.amazonaws.com":
		s.bearsOnKey(row, target, each)
	case "iam.amazonaws.com":
		switch name := s.t.Name(row); {
		case hasWord(versions, name):
			each(bearing{on: onPolicy, name: s.t.Policy(row)})
		case hasWord(grouped, name):
			each(bearing{onGroup, account, strings.ToLower(target)})
		default:
			each(bearing{onHolder, account, folded(target)})
		}
	case "organizations.amazonaws.com":
		each(bearing{on: onOrg})
	case "sso.amazonaws.com":
		each(bearing{on: onSets})
	default:
		each(bearing{onPlace, account, s.t.Region(row)})
	}
}

func (s *scan) bearsOnKey(row int, target string, each func(bearing)) {
	key, name := sameAs(s.keyOf(row)), s.t.Name(row)
	if strings.HasSuffix(name, "CustomKeyStore") {
		each(bearing{on: onStores})
		return
	}
	if grantee, known := s.grantee(row, name); known {
		each(bearing{onGrant, folded(grantee), key})
	} else {
		each(bearing{on: onKey, name: key})
	}
	if target != "" {
		each(bearing{on: onTarget, name: target})
	}
}

// grantee is whom a grant is given to or taken from, where that is known.
func (s *scan) grantee(row int, name string) (arn string, known bool) {
	switch name {
	case "CreateGrant":
		return s.t.Target(row), true
	case "RevokeGrant", "RetireGrant":
		arn, known = s.iam().grantees[s.t.GrantID(row)]
	}
	return arn, known
}

// bearings are the changes by what they are about, as positions in s.changes
// and so in time order. They are sorted out at the first call.
func (s *scan) bearings() map[bearing][]int {
	if s.changesOn == nil {
		s.changesOn = map[bearing][]int{}
		for pos, row := range s.changes {
			s.bears(row, func(b bearing) { s.changesOn[b] = append(s.changesOn[b], pos) })
		}
	}
	return s.changesOn
}

// frame is a bearing and all of a story that a judgement of its changes hangs
// on: stories that share it share the judgement. What does not matter to the
// bearing is empty.
type frame struct {
	bearing
	cause     string
	direction direction
	key       string
	inferred  bool
	arn       string
	named     string
	owner     string
	runs      bool
}

// frames are what a story looks for changes by.
func (s *scan) frames(st *story, d direction, each func(frame)) {
	plain := frame{cause: st.cause, direction: d}
	give := func(f frame, on subject, account, name string) {
		f.bearing = bearing{on, account, name}
		each(f)
	}
	if st.key != "" {
		f := plain
		f.key, f.inferred = st.key, st.inferred
		give(f, onKey, "", sameAs(st.key))
		give(f, onGrant, folded(st.arn), sameAs(st.key))
		f.arn = st.arn
		for rest, ok := st.key, true; ok; {
			if _, rest, ok = strings.Cut(rest, ":"); ok {
				give(f, onTarget, "", rest)
			}
		}
	}
	give(plain, onStores, "", "")
	for policy, held := range s.iam().policies(st) {
		f := plain
		if !held && policy != st.named {
			f.arn = st.arn // by way of groups, at times
		}
		give(f, onPolicy, "", policy)
	}
	f := plain
	f.arn, f.named = st.arn, st.named
	for _, group := range s.iam().groupsOf(st) {
		give(f, onGroup, st.owner, group)
	}
	give(f, onHolder, st.owner, folded(st.name))
	f = plain
	f.named, f.owner = st.named, st.bound
	give(f, onOrg, "", "")
	if strings.HasPrefix(st.name, ofSet) {
		give(plain, onSets, "", "")
	}
	f = plain
	f.key, f.runs = st.key, st.runs
	give(f, onPlace, st.account, st.region)
}

// shelf is the changes of one frame that fit, by how well and in time order.
type shelf [strong + 1][]fitting

// fitting is a change that fits, by its position in s.changes, and why.
type fitting struct {
	pos int
	why string
}

// shelf judges the changes of a frame, once.
func (s *scan) shelf(f frame, st *story) *shelf {
	all := s.bearings()[f.bearing]
	if len(all) == 0 {
		return nil
	}
	if known, ok := s.shelves[f]; ok {
		return known
	}
	out := &shelf{}
	for _, pos := range all {
		row := s.changes[pos]
		if f.on == onTarget && sameKey(s.keyOf(row), st.key) {
			continue // it is on the key itself, and judged as that
		}
		if fit, why := s.judge(row, st, f.direction); fit > unfit {
			out[fit] = append(out[fit], fitting{pos, why})
		}
	}
	if s.shelves == nil {
		s.shelves = map[frame]*shelf{}
	}
	s.shelves[f] = out
	return out
}

// within are those of changes in [from, to).
func within(all []fitting, from, to int) []fitting {
	lo := sort.Search(len(all), func(i int) bool { return all[i].pos >= from })
	hi := sort.Search(len(all), func(i int) bool { return all[i].pos >= to })
	return all[lo:max(lo, hi)]
}

// folded spells names alike that strings.EqualFold holds for equal.
func folded(name string) string {
	if ascii(name) {
		return strings.ToUpper(name) // the least of what folds alike, of every letter
	}
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, name)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
