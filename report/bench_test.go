package report

import (
	"fmt"
	"io"
	"testing"
	"time"

	"grantrail/analyze/incident"
)

// manyAttempts is a case of so many launches in so many incidents.
func manyAttempts(attempts, incidents int) *incident.Case {
	c := richCase()
	rich := c.Incidents[0]
	c.Incidents = make([]incident.Incident, incidents)
	for i := range c.Incidents {
		in := rich
		in.ID, in.Attempts = fmt.Sprintf("gt-%012x", i), make([]incident.Attempt, attempts/incidents)
		for j := range in.Attempts {
			n := i*len(in.Attempts) + j
			a := rich.Attempts[j%len(rich.Attempts)]
			a.Launch.Ref.EventID, a.Launch.Ref.Record = fmt.Sprintf("launch-%d", n), n%200
			a.Launch.Ref.Object = fmt.Sprintf("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/%d.json.gz", n/100)
			a.Launch.Ref.EventTime = a.Launch.Ref.EventTime.Add(time.Duration(n) * time.Second)
			in.Attempts[j] = a
		}
		c.Incidents[i] = in
	}
	c.Summary = incident.Summary{Incidents: incidents, Confirmed: incidents, Attempts: attempts, Denials: attempts}
	return c
}

// BenchmarkRender is each format by the number of launches. What grows with
// the square shows in the larger of two sizes: attempts/s has to stay, or
// grow, where a format has limits.
func BenchmarkRender(b *testing.B) {
	for _, f := range formats {
		for _, attempts := range []int{2_000, 50_000} {
			for _, of := range []struct {
				name      string
				incidents int
			}{{"few", 50}, {"many", attempts / 10}} {
				b.Run(fmt.Sprintf("%s/%s/attempts=%d", f.name, of.name, attempts), func(b *testing.B) {
					c := manyAttempts(attempts, of.incidents)
					b.ReportAllocs()
					for b.Loop() {
						if err := Render(io.Discard, f.name, c); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(float64(attempts)*float64(b.N)/b.Elapsed().Seconds(), "attempts/s")
				})
			}
		}
	}
}
