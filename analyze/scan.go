package analyze

import (
	"cmp"
	"slices"
	"strings"

	"grantrail/ingest/table"
)

// place is an account and region, numbered; who is an actor, numbered. Small
// numbers instead of strings keep the join's sort keys small.
type (
	place int32
	who   int32
)

// nobody is the actor of a record that names none.
const nobody who = 0

// launch is a StartInstances or RunInstances call.
type launch struct {
	row       int
	ns        int64
	place     place
	who       who
	principal *principal
	request   string
	instances []string
	before    []string // states before, parallel to instances
	refused   string   // the launch's own error code: it never began
	fates     []fate   // parallel to instances, once asked for
	answer    *answer  // of suspects, the latest
}

// refusal is a refused KMS call.
type refusal struct {
	row       int
	ns        int64
	place     place
	who       who
	request   string
	principal *principal
	key       string // ARN, "" where the refusal names none
	cause     string
	policy    string // ARN of the policy that the message names
	instance  string // that the record itself names
	volumes   []string
	why       string // set where no launch can be meant
	own       bool   // by the instance itself, to unlock its volume
	unsure    bool   // made by a service that is not known: only a shared requestID counts
}

// scan is the table, sorted into the parts that events play. Every list is in
// time order, equal times by event ID.
type scan struct {
	t          *table.Table
	opt        *Options
	order      []int // rows in time order, superseded ones left out
	principals *principals
	keys       *keyring
	readings   map[said]reading
	launches   []launch
	refusals   []refusal
	changes    []int // rows of changes that succeeded
	successes  []success
	alike      map[like][]int     // successes by what they are like, once asked for
	second     map[sameness]bool  // launches of the second at hand, where there are several
	indexed    int                // how many launches are in second, or before it
	requests   map[request]string // EC2 calls that are no launch, by request
	places     numbering[placeName]
	actors     numbering[actor]
	lives      map[instanceID][]mark
	granted    map[instanceID][]grant
	cleaned    map[request][]cleanup
	attached   map[volumeID][]attachment // in time order
	unattached map[request][]string      // volumes that EventBridge says could not be attached
	locked     []int                     // rows that say so, and name the key
	volumeKeys map[volumeID]string       // volume to key
	volumesOf  map[instanceID][]string   // the volumes last attached to an instance
	ties       []tied
	riskIndex  map[risk][]tied      // ties by who launched, once asked for
	exactIndex map[request][]int    // launches by request, once asked for
	requested  map[request]bool     // requests under which EC2 asked for a grant, once asked for
	used       map[instanceID][]use // keys that an instance is known to use
	changesOn  map[bearing][]int    // changes by what they are about, as positions in changes, once asked for
	shelves    map[frame]*shelf     // judgements already made
	iamIndex   *iam                 // what changes show of policies and groups, once asked for
}

type placeName struct{ account, region string }

// request identifies a call and all that AWS did for it.
type request struct {
	place place
	id    string
}

type instanceID struct {
	place place
	id    string
}

type volumeID struct {
	place place
	id    string
}

// grant is a KMS grant that was given to an instance, or its use.
type grant struct {
	row     int
	ns      int64
	request string
	key     string
}

type cleanup struct {
	row int
	eni string
}

// numbering gives equal values equal small numbers, from 1.
type numbering[T comparable] struct {
	ids    map[T]int32
	values []T
	last   int32 // asked for: neighbours are often alike
}

func newNumbering[T comparable]() numbering[T] {
	var zero T
	return numbering[T]{map[T]int32{}, []T{zero}, 0}
}

func (n *numbering[T]) of(v T) int32 {
	if n.last > 0 && n.values[n.last] == v {
		return n.last
	}
	id, ok := n.ids[v]
	if !ok {
		id = int32(len(n.values))
		n.ids[v] = id
		n.values = append(n.values, v)
	}
	n.last = id
	return id
}

func newScan(t *table.Table, opt *Options) *scan {
	s := &scan{
		t: t, opt: opt, principals: newPrincipals(), keys: newKeyring(), readings: map[said]reading{},
		requests: map[request]string{}, places: newNumbering[placeName](), actors: newNumbering[actor](),
		granted: map[instanceID][]grant{}, cleaned: map[request][]cleanup{},
		attached: map[volumeID][]attachment{}, unattached: map[request][]string{}, volumeKeys: map[volumeID]string{}, volumesOf: map[instanceID][]string{}, used: map[instanceID][]use{},
	}
	s.sort()
	s.learn()
	for _, row := range s.order {
		s.event(row)
	}
	s.sortLives()
	s.history()
	return s
}

// sort orders the rows by time, then event ID, then origin: a full key, since
// a second's events have no order of their own. Events that an addendum
// supersedes are left out.
func (s *scan) sort() {
	superseded := map[int]bool{}
	for _, old := range s.t.Superseded() {
		superseded[old.Row] = true
	}
	launches, refusals := 0, 0
	s.order = make([]int, 0, s.t.Len())
	for row := range s.t.Len() {
		if superseded[row] {
			continue
		}
		switch s.t.Kind(row) {
		case table.Launch:
			launches++
		case table.Grant, table.DataKey:
			if s.t.ErrorCode(row) != "" {
				refusals++
			}
		}
		s.order = append(s.order, row)
	}
	s.launches, s.refusals, s.lives = make([]launch, 0, launches), make([]refusal, 0, refusals), make(map[instanceID][]mark, launches)
	slices.SortFunc(s.order, func(a, b int) int {
		if at, bt := s.t.Nanos(a), s.t.Nanos(b); at != bt { // as nearly all do
			return cmp.Compare(at, bt)
		}
		return cmp.Or(cmp.Compare(s.t.ID(a), s.t.ID(b)), cmp.Compare(a, b))
	})
}

// learn takes what holds whatever the order: the paths of roles, the names of
// keys.
func (s *scan) learn() {
	for _, row := range s.order {
		s.principals.learn(s.t.Issuer(row))
		if s.t.ErrorCode(row) == "" {
			s.keys.learn(s.t, row)
		}
		if s.t.Kind(row) == table.VolumeEvent {
			if s.t.Key(row) != "" {
				s.locked = append(s.locked, row)
			}
			r := s.request(row)
			for _, v := range s.t.Volumes(row) {
				if !slices.Contains(s.unattached[r], v) {
					s.unattached[r] = append(s.unattached[r], v)
				}
			}
		}
	}
}

// place is where a call was made. A KMS call on another account's key is
// logged in both accounts: it is the caller's, whichever copy is at hand.
func (s *scan) place(row int) place {
	account := s.t.Account(row)
	if k := s.t.Kind(row); k == table.Grant || k == table.DataKey {
		if caller := s.t.Caller(row); caller != "" {
			account = caller
		}
	}
	return place(s.places.of(placeName{account, s.t.Region(row)}))
}

func (s *scan) request(row int) request { return request{s.place(row), s.t.Request(row)} }

func (s *scan) event(row int) {
	ok := s.t.ErrorCode(row) == ""
	switch s.t.Kind(row) {
	case table.Launch:
		s.launch(row)
	case table.Halt:
		if ok {
			s.mark(row, markHalt)
		}
	case table.StateChange:
		s.mark(row, markState)
	case table.Interruption:
		s.mark(row, markInterruption)
	case table.ConfigItem:
		s.mark(row, markConfig)
	case table.Described:
		s.mark(row, markDescribed)
	case table.Grant, table.DataKey:
		if ok {
			s.grant(row)
		} else {
			s.refusal(row)
		}
	case table.Storage:
		// A refusal with the same request is this call's, not a launch's.
		if r := s.request(row); r.id != "" {
			s.requests[r] = s.t.Name(row)
		}
	case table.Change:
		// EC2 retires its own grants at every stop: that is no change. What KMS deletes
		// of itself, a key or its material, is one.
		if ok && (s.t.Identity(row).Type != "AWSService" || strings.HasPrefix(s.t.Name(row), "Delete")) {
			s.changes = append(s.changes, row)
		}
	case table.Cleanup:
		if ids, _ := s.t.Interfaces(row); len(ids) > 0 {
			r := s.request(row)
			s.cleaned[r] = append(s.cleaned[r], cleanup{row, ids[0]})
		}
	}
}

func (s *scan) launch(row int) {
	p := s.principals.of(s.t.Identity(row), s.t.ErrorMessage(row))
	l := launch{
		row: row, ns: s.t.Nanos(row), place: s.place(row), who: s.actor(p), principal: p, request: s.t.Request(row),
		instances: s.t.Instances(row), before: s.t.States(row), refused: s.t.ErrorCode(row),
	}
	named, found := l.instances, l.before
	l.instances, l.before = distinct(named, found)
	if s.repeats(&l) {
		return
	}
	if l.refused == "" {
		s.markAll(row, markLaunch, named, found)
	}
	s.launches = append(s.launches, l)
}

// sameness is what two records of one launch agree in: a copy whose other
// content differs. Where there is no request, the call's name stands for it.
type sameness struct {
	place         place
	who           who
	request, name string
	refused       bool
	instances     string
	of            int // how many
}

func (s *scan) sameness(l *launch) sameness {
	same := sameness{
		place: l.place, who: l.who, request: l.request, refused: l.refused != "",
		instances: strings.Join(l.instances, "\x00"), of: len(l.instances),
	}
	if l.request == "" {
		same.name = s.t.Name(l.row)
	}
	return same
}

// repeats reports whether the launch was just recorded with the same time,
// caller, request and instances. Launches of one second are compared by an
// index: a burst can have thousands.
func (s *scan) repeats(l *launch) bool {
	n := len(s.launches)
	if n == 0 || s.launches[n-1].ns != l.ns {
		s.second, s.indexed = nil, n
		return false
	}
	if s.second == nil {
		s.second, s.indexed = map[sameness]bool{}, n-1 // all but the last differ in time
	}
	for ; s.indexed < n; s.indexed++ {
		s.second[s.sameness(&s.launches[s.indexed])] = true
	}
	return s.second[s.sameness(l)]
}

// distinct drops instances that one call names twice.
func distinct(ids, states []string) ([]string, []string) {
	if len(ids) < 2 {
		return ids, states
	}
	seen := make(map[string]bool, len(ids))
	for _, id := range ids {
		seen[id] = true
	}
	if len(seen) == len(ids) {
		return ids, states
	}
	var once, before []string
	for i, id := range ids {
		if !seen[id] {
			continue
		}
		seen[id] = false
		once = append(once, id)
		if i < len(states) {
			before = append(before, states[i])
		}
	}
	return once, before
}

func (s *scan) actor(p *principal) who {
	if p.id == "" {
		return nobody
	}
	return who(s.actors.of(actor{p.id, p.session}))
}

// grant takes a granted call: which instance got a grant, in which launch. An
// instance that decrypted its volume's key had one.
func (s *scan) grant(row int) {
	instance := s.t.Grantee(row)
	if isEC2(s.forwarder(row)) {
		s.succeed(row, instance)
	} else if s.t.Target(row) != "" && s.t.Name(row) == "CreateGrant" {
		s.changes = append(s.changes, row) // given by hand
	}
	if instance == "" {
		return
	}
	id := instanceID{s.place(row), instance}
	s.granted[id] = append(s.granted[id], grant{row, s.t.Nanos(row), s.t.Request(row), s.keyOf(row)})
}

// keyOf is the key of a granted call or a change.
func (s *scan) keyOf(row int) string { return s.keys.resolve(s.t.Key(row), s.t, row) }
