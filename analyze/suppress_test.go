package analyze

import (
	"grantrail/analyze/incident"
	"testing"
	"time"
)

func TestMatchesKey(t *testing.T) {
	in := &incident.Incident{Key: incident.Key{ARN: optional("arn:aws:kms:eu-west-1:111122223333:key/aaaa-1111")}}
	for key, want := range map[string]bool{"aaaa-1111": true, "AAAA-1111": true, "1111": false, "arn:aws:kms:eu-west-1:111122223333:key/AAAA-1111": true, "": true, "key/aaaa-1111": false} {
		if got := matches(&incident.Match{Key: key}, Glob(""), in); got != want {
			t.Errorf("%q: %v", key, got)
		}
	}
}

func TestSuppressionExpires(t *testing.T) {
	for name, c := range map[string]struct {
		now  time.Time
		want string
	}{"before": {epoch.Add(-1), incident.SuppressionUsed}, "then": {epoch, incident.SuppressionExpired}, "after": {epoch.Add(1), incident.SuppressionExpired}} {
		kase := &incident.Case{Incidents: []incident.Incident{{ID: "gt-1"}}}
		Suppress(kase, []incident.Suppression{{Match: incident.Match{ID: "gt-1"}, Expires: epoch}}, c.now)
		if kase.Suppressions[0].State != c.want || (kase.Summary.Suppressed == 1) != (c.want == incident.SuppressionUsed) {
			t.Errorf("%s: %+v", name, kase.Suppressions)
		}
	}
}
