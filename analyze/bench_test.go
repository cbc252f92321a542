package analyze

import (
	"fmt"
	"testing"

	"grantrail/ingest/record"
)

// manyAttempts are so many refused launches of so many incidents, and around
// them the changes, successes and ties that each incident looks through: one
// of each for ten launches. Sessions are names of chance, as automation has
// them, so that no two messages are the same.
func manyAttempts(attempts, incidents int) []record.Event {
	events := make([]record.Event, 0, 2*attempts+attempts/2)
	for i := range attempts {
		of, when := i%incidents, float64(20*i)
		who := role(fmt.Sprintf("ops-%d", of%7), fmt.Sprintf("job-%d", i))
		key := fmt.Sprintf("arn:aws:kms:eu-west-1:%s:key/1111aaaa-22bb-33cc-44dd-%012x", testAccount, of)
		request := fmt.Sprintf("q%d", i)
		denied := refused(when+1, who, request)
		denied.ErrorMessage = "User: " + who.ARN + " is not authorized to perform: kms:CreateGrant on resource: " + key +
			" because no identity-based policy allows the kms:CreateGrant action"
		events = append(events, start(when, who, request, fmt.Sprintf("i-%d", i%(attempts/2))), denied)
		if i%10 > 0 {
			continue
		}
		other := fmt.Sprintf("i-good%d", i)
		good := refused(when-3, who, request+"g")
		good.ErrorCode, good.ErrorMessage, good.Key, good.Grantee, good.Volumes = "", "", key, other, []string{"vol" + other}
		events = append(events, start(when-4, who, request+"g", other), good, record.Event{
			Kind: record.Change, Time: at(when - 5), Name: "DetachRolePolicy", Source: "iam.amazonaws.com", Region: "us-east-1", Account: testAccount,
			Identity: role("admin", "lee"), Target: fmt.Sprintf("ops-%d", of%7), Policy: "arn:aws:iam::" + testAccount + ":policy/p",
		})
	}
	return events
}

// BenchmarkIncidents is the whole analysis by the number of refused launches.
// What grows with the square shows in the larger of two sizes: attempts/s has
// to stay.
func BenchmarkIncidents(b *testing.B) {
	for _, attempts := range []int{2_000, 50_000} {
		for _, of := range []struct {
			name      string
			incidents int
		}{{"few", 50}, {"many", attempts / 10}} {
			b.Run(fmt.Sprintf("%s/attempts=%d", of.name, attempts), func(b *testing.B) {
				events := manyAttempts(attempts, of.incidents)
				ev := Evidence{Table: build(b, events), Objects: []string{"x"}, Manifest: manifest(len(events))}
				b.ReportAllocs()
				for b.Loop() {
					if c := Case(ev, defaults()); c.Summary.Incidents != of.incidents || c.Summary.Attempts != attempts {
						b.Fatalf("%+v", c.Summary)
					}
				}
				b.ReportMetric(float64(attempts)*float64(b.N)/b.Elapsed().Seconds(), "attempts/s")
			})
		}
	}
}

// BenchmarkShapes are archives in which much is of one kind: what is quick for
// many small things can be slow for one large one.
func BenchmarkShapes(b *testing.B) {
	for _, shape := range []struct {
		name string
		of   func(i int) (launch, denied record.Event)
	}{
		{"batches of 400", func(i int) (launch, denied record.Event) {
			who, request := role("ops", "ana"), fmt.Sprintf("q%d", i/400)
			if i%400 == 0 {
				ids := make([]string, 400)
				for k := range ids {
					ids[k] = fmt.Sprintf("i-%d", i+k)
				}
				launch = start(float64(20*(i/400)), who, request, ids...)
			}
			return launch, refused(float64(20*(i/400)+1), who, request)
		}},
		{"one instance", func(i int) (launch, denied record.Event) {
			who, request := role("ops", "ana"), fmt.Sprintf("q%d", i)
			return start(float64(20*i), who, request, "i-1"), refused(float64(20*i+1), who, request)
		}},
		{"one second", func(i int) (launch, denied record.Event) {
			who, request := role("ops", "ana"), fmt.Sprintf("q%d", i)
			return start(0, who, request, fmt.Sprintf("i-%d", i)), refused(1, who, request)
		}},
		{"no request", func(i int) (launch, denied record.Event) {
			who := role("ops", "ana")
			return start(float64(20*i), who, "", fmt.Sprintf("i-%d", i)), refused(float64(20*i+1), who, "")
		}},
		{"a principal each", func(i int) (launch, denied record.Event) {
			who, request := role(fmt.Sprintf("ops-%d", i), "ana"), fmt.Sprintf("q%d", i)
			return start(float64(20*i), who, request, fmt.Sprintf("i-%d", i)), refused(float64(20*i+1), who, request)
		}},
	} {
		for _, n := range []int{2_000, 20_000} {
			b.Run(fmt.Sprintf("%s/refusals=%d", shape.name, n), func(b *testing.B) {
				var events []record.Event
				for i := range n {
					launch, denied := shape.of(i)
					if launch.Name != "" {
						events = append(events, launch)
					}
					events = append(events, denied)
				}
				ev := Evidence{Table: build(b, events), Objects: []string{"x"}, Manifest: manifest(len(events))}
				b.ReportAllocs()
				for b.Loop() {
					if c := Case(ev, defaults()); c.Summary.Denials != n {
						b.Fatalf("%+v", c.Summary)
					}
				}
				b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "attempts/s")
			})
		}
	}
}
