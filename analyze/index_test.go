package analyze

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"grantrail/ingest/record"
)

// TestIndexesEqualNestedLoops holds what a story finds by the indexes against
// the recipes written down plainly: every change, success and tie of the
// archive, one after another.
func TestIndexesEqualNestedLoops(t *testing.T) {
	found := map[string]int{}
	for seed := range uint64(150) {
		rng := rand.New(rand.NewPCG(seed, 3))
		opt := defaults()
		s := newScan(build(t, aroundEvents(rng, 120)), &opt)
		r := newReporter(s, []string{"x"}, &opt)
		for range 25 {
			st := randomStory(rng, s)
			from, to := st.first-rng.Int64N(3e12), st.first
			for _, d := range []direction{breaking, mending} {
				best, n := r.candidates(st, d, from, to)
				want := everyCandidate(s, st, d, from, to)
				if n != len(want) || !slices.Equal(best, want[:min(maxTriggers, len(want))]) {
					t.Fatalf("seed %d: %d fit, the best %v; one by one %d, %v\nof %+v", seed, n, best, len(want), want, st)
				}
				found["changes"] += n
			}
			last, next := everySuccess(s, st)
			if got, ok := s.lastGood(st); ok != (last.ns != 0) || got != last {
				t.Fatalf("seed %d: the last success is %+v, one by one %+v", seed, got, last)
			}
			if got, ok := s.nextGood(st); ok != (next.ns != 0) || got != next {
				t.Fatalf("seed %d: the next success is %+v, one by one %+v", seed, got, next)
			}
			var risks []string
			for _, a := range r.atRisk(st) {
				risks = append(risks, fmt.Sprint(a.InstanceID, *a.Volume, a.Ref.EventID))
			}
			if want := everyRisk(s, st); !slices.Equal(risks, want) {
				t.Fatalf("seed %d: at risk are %v, one by one %v", seed, risks, want)
			}
			found["risks"] += len(risks)
			if last.ns != 0 && next.ns != 0 {
				found["successes"]++
			}
		}
	}
	for _, what := range []string{"changes", "risks", "successes"} {
		if found[what] < 500 {
			t.Errorf("%d %s were found in all: the test is about nothing", found[what], what)
		}
	}
}

func everyCandidate(s *scan, st *story, d direction, after, before int64) []candidate {
	var out []candidate
	for pos, row := range s.changes {
		if ns := s.t.Nanos(row); ns <= after || ns > before {
			continue
		}
		if f, why := s.judge(row, st, d); f > unfit {
			out = append(out, candidate{row, pos, f, why})
		}
	}
	slices.Reverse(out)
	slices.SortStableFunc(out, func(a, b candidate) int { return cmp.Compare(b.fit, a.fit) })
	return out
}

func everySuccess(s *scan, st *story) (last, next success) {
	for _, ok := range s.successes {
		if ok.principal != st.principal || ok.place != st.place || !st.calls[s.t.Name(ok.row)] {
			continue
		}
		if st.key == "" || st.inferred {
			if !st.instances[ok.instance] {
				continue
			}
		} else if !sameKey(ok.key, st.key) {
			continue
		}
		if ok.ns < st.first {
			last = ok
		}
		if ok.ns > st.last && next.ns == 0 {
			next = ok
		}
	}
	return last, next
}

func everyRisk(s *scan, st *story) []string {
	var out []string
	seen := map[string]bool{}
	for _, t := range s.ties {
		launched := slices.ContainsFunc(s.launches, func(l launch) bool {
			return l.place == st.place && l.principal.id == st.principal && slices.Contains(l.instances, t.instance.id)
		})
		id := t.instance.id + t.volume
		if t.instance.place != st.place || st.key == "" || st.inferred || !launched || st.instances[t.instance.id] || seen[id] || !sameKey(t.key, st.key) || !s.has(t.instance, t.volume) {
			continue
		}
		seen[id] = true
		out = append(out, id+s.t.ID(t.row))
	}
	return out
}

// The names that random events and stories share.
var (
	someKeys = []string{
		testKey, "arn:aws:kms:eu-west-1:111122223333:key/mrk-1", "arn:aws:kms:us-east-1:111122223333:key/mrk-1",
		"arn:aws:kms:eu-west-1:111122223333:alias/app", "",
	}
	someARNs = []string{
		"arn:aws:iam::111122223333:role/team/ops", "arn:aws:iam::111122223333:role/team/Ops", "arn:aws:iam::111122223333:user/ana", "arn:aws:iam::111122223333:user/x/bob",
		"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_x", "arn:aws:iam::444455556666:role/team/ops",
	}
	someTargets  = []string{"ops", "OPS", "ana", "devs", "DEVS", "alias/app", "111122223333", "ro\u017ftopsK", ""}
	somePolicies = []string{"arn:aws:iam::111122223333:policy/p", "arn:aws:organizations::1:policy/o/service_control_policy/p-1", "p-1", "devs", ""}
	someSources  = map[string]string{
		"kms":           "PutKeyPolicy DisableKey EnableKey ScheduleKeyDeletion CreateGrant RevokeGrant RetireGrant DisconnectCustomKeyStore ConnectCustomKeyStore UpdateAlias DeleteAlias CreateAlias",
		"iam":           taking + " " + giving + " " + editing + " " + versions + " PutRolePermissionsBoundary PutUserPermissionsBoundary DeleteRolePermissionsBoundary",
		"organizations": orgs, "sso": sets, "ec2": "ModifyVpcEndpoint CreateVpcEndpoint",
	}
)

func pick[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }

// aroundEvents are changes, grants and launches, all on the same few names.
func aroundEvents(rng *rand.Rand, n int) []record.Event {
	sources := slices.Sorted(maps.Keys(someSources))
	var events []record.Event
	for i := range n {
		source := pick(rng, sources)
		e := record.Event{
			Kind: record.Change, Time: at(float64(rng.IntN(3000))), Name: pick(rng, strings.Fields(someSources[source])), Source: source + ".amazonaws.com",
			Region: pick(rng, []string{testRegion, "us-east-1"}), Account: pick(rng, []string{testAccount, "444455556666"}),
			Identity: role("admin", "lee"), Key: pick(rng, someKeys), Target: pick(rng, someTargets), Policy: pick(rng, somePolicies),
			GrantID: fmt.Sprint("g", rng.IntN(6)),
		}
		switch {
		case source == "kms" && strings.Contains(e.Name, "Grant"):
			e.Target = pick(rng, append(someARNs, ""))
			if e.Name == "CreateGrant" {
				e.Kind = record.Grant
			}
		case source == "iam" && rng.IntN(2) == 0:
			e.Name = pick(rng, strings.Fields(grouped+" AddUserToGroup RemoveUserFromGroup CreatePolicyVersion"))
			e.Account, e.Target, e.Policy = testAccount, pick(rng, []string{"devs", "DEVS"}), somePolicies[0]
			if strings.Contains(e.Name, "User") {
				e.Target, e.Policy = pick(rng, []string{"ana", "Bob"}), e.Target
			}
		}
		events = append(events, e)
		if i%3 > 0 {
			continue
		}
		who, instance := role(pick(rng, []string{"ops", "dev"}), "ana"), fmt.Sprint("i-", rng.IntN(5))
		launch := start(float64(rng.IntN(3000)), who, fmt.Sprint("q", i), instance)
		good := refused(float64(rng.IntN(3000)), who, fmt.Sprint("q", i))
		good.ErrorCode, good.ErrorMessage = "", ""
		good.Name = pick(rng, []string{"CreateGrant", "CreateGrant", "GenerateDataKeyWithoutPlaintext"})
		good.Key, good.Grantee, good.Volumes = pick(rng, someKeys[:3]), instance, []string{fmt.Sprint("vol-", rng.IntN(4))}
		events = append(events, launch, good)
	}
	return events
}

func randomStory(rng *rand.Rand, s *scan) *story {
	st := &story{
		cause: pick(rng, append(slices.Sorted(maps.Keys(statements)), identityMissing, identityDeny, accessDenied)), account: testAccount, region: testRegion,
		place:     place(s.places.of(placeName{testAccount, testRegion})),
		principal: roleID(testAccount, pick(rng, []string{"ops", "dev"})), arn: pick(rng, someARNs), key: pick(rng, someKeys),
		named: pick(rng, somePolicies), calls: map[string]bool{"CreateGrant": true}, instances: map[string]bool{},
		first: at(float64(rng.IntN(3000))).UnixNano(),
	}
	st.owner, st.name, st.user = accountOf(st.arn), nameOf(st.arn), strings.Contains(st.arn, ":user/")
	st.goes, st.inferred = st.key, st.key != "" && rng.IntN(3) == 0
	st.last = st.first + rng.Int64N(1e11)
	if rng.IntN(2) == 0 {
		st.calls["GenerateDataKeyWithoutPlaintext"] = true
	}
	for range rng.IntN(3) {
		st.instances[fmt.Sprint("i-", rng.IntN(5))] = true
	}
	return st
}

// TestSameAs: an index by spelling finds what comparing finds, and no more.
func TestSameAs(t *testing.T) {
	keys := append(slices.Clone(someKeys), "arn:aws:kms:us-east-1:444455556666:key/mrk-1", "arn:aws:kms:eu-west-1:111122223333:key/mrk-2",
		"arn:aws:kms:us-east-1:111122223333:key/1111aaaa-22bb-33cc-44dd-5555eeee6666", "key/mrk-1", "mrk-1")
	for _, a := range keys {
		for _, b := range keys {
			if (sameAs(a) == sameAs(b)) != sameKey(a, b) {
				t.Errorf("%q and %q: spelt %q and %q, and the same is %t", a, b, sameAs(a), sameAs(b), sameKey(a, b))
			}
		}
	}
}

// TestFolded: names are spelt alike where EqualFold holds, and only there.
func TestFolded(t *testing.T) {
	names := []string{"ops", "OPS", "oPs", "op\u017f", "k", "K", "\u212a", "é", "É", "ß", "", "ops ", "İ", "i"}
	for _, a := range names {
		for _, b := range names {
			if (folded(a) == folded(b)) != strings.EqualFold(a, b) {
				t.Errorf("%q and %q are spelt %q and %q", a, b, folded(a), folded(b))
			}
		}
	}
}

// TestForms: a form that was filled in is what would have been laid out.
func TestForms(t *testing.T) {
	filled := forms{}
	hostile := []string{
		testKey, "", "x", `a"b\c`, "${file(\"/etc/passwd\")}", "%{if true}", "@key@", "@name@", "two\nlines\ttab", " spaces  at ends ", "é\u202e\x00\xff", "$${", "# = {}", "<<EOT",
	}
	kinds := []string{"arn:aws:iam::111122223333:role/", "arn:aws:iam::111122223333:user/", "arn:aws:iam::111122223333:role/AWSReservedSSO_", "arn:aws:iam::111122223333:root"}
	for i, text := range hostile {
		for _, kind := range kinds {
			for bits := range 32 {
				sc := scope{
					key: hostile[(i+3)%len(hostile)], region: hostile[(i+5)%len(hostile)], principal: kind + text,
					launches: bits&1 > 0, anyway: bits&2 > 0,
				}
				if bits&16 > 0 {
					sc.grantee = hostile[(i+7)%len(hostile)]
				}
				gives := sc.grantee != ""
				sh := shape{inTerraform, bits&4 > 0 && !gives, bits&8 > 0, sc.launches, sc.anyway, gives, holderOf(sc.principal)}
				got, want := filled.terraform(sc, sh.identity, sh.key), sc.terraform(sh, nameOf(sc.principal))
				if got != want {
					t.Fatalf("of %+v the filled form is\n%s\nand laid out it is\n%s", sc, got, want)
				}
				policies := []struct{ got, want json.RawMessage }{{filled.keyStatement(sc), sc.keyStatement()}}
				if !gives { // to give a grant takes no identity policy of ours
					policies = append(policies, struct{ got, want json.RawMessage }{filled.identityPolicy(sc), sc.identityPolicy()})
				}
				for _, of := range policies {
					if string(of.got) != string(of.want) {
						t.Fatalf("of %+v the filled form is\n%s\nand laid out it is\n%s", sc, of.got, of.want)
					}
				}
			}
		}
	}
}
