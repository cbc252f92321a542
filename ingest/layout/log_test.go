package layout

import (
	"strings"
	"testing"
	"time"
)

// TestLogOf: a name is believed before its folder, which knows the day alone.
func TestLogOf(t *testing.T) {
	const folder = "AWSLogs/444455556666/CloudTrail/us-east-1/2026/03/01/"
	named := Log{Account: "111122223333", Region: "eu-west-1", From: at(t, "2026-03-02T10:05:00Z"), To: at(t, "2026-03-02T10:06:00Z")}
	seconds := named
	seconds.From, seconds.To = at(t, "2026-03-02T10:05:07Z"), at(t, "2026-03-02T10:05:08Z")
	placed := Log{Account: "444455556666", Region: "us-east-1", From: at(t, "2026-03-01T00:00:00Z"), To: at(t, "2026-03-02T00:00:00Z")}
	for p, want := range map[string]Log{
		aLog:                            named,
		folder + aLog:                   named,
		strings.TrimSuffix(aLog, ".gz"): named,
		strings.ReplaceAll(folder, "/", `\`) + aLog:                  named,
		strings.Replace(aLog, "T1005Z", "T100507Z", 1):               seconds,
		strings.Replace(aLog, "T1005Z", "T1065Z", 1):                 {},
		folder + strings.Replace(aLog, "T1005Z", "T1065Z", 1):        placed,
		folder + "other.json.gz":                                     placed,
		"x/" + folder + "other.json.gz":                              placed,
		"1" + folder[8:] + "other.json.gz":                           {}, // thirteen digits
		folder + "more/other.json.gz":                                {},
		strings.Replace(folder, "/03/", "/13/", 1) + "other.json.gz": {},
		folder + aDigest:                                             placed,
		aDigest:                                                      {},
		strings.Replace(aLog, ".json", ".csv", 1):                    {},
		"other.json.gz":                                              {},
	} {
		got, ok := LogOf(p)
		if got != want || ok != (want != Log{}) {
			t.Errorf("%q tells %+v, %t, want %+v", p, got, ok, want)
		}
		if ok && got.To.Sub(got.From) > 24*time.Hour {
			t.Errorf("%q tells more than a day", p)
		}
	}
}

// TestIsLog: a name, whatever the folder, and its near misses; some of them are
// grounds for suspicion.
func TestIsLog(t *testing.T) {
	for p, want := range map[string]struct{ is, resembles bool }{
		aLog:                            {true, true},
		"any/where/" + aLog:             {true, true},
		`any\where\` + aLog:             {true, true},
		strings.TrimSuffix(aLog, ".gz"): {true, true},
		"111122223333_CloudTrail_eu-west-1_20260302_x.json.gz":      {false, true},
		"111122223333_CloudTrail_eu-west-1_copy.json":               {false, true},
		"11112222333_CloudTrail_eu-west-1_20260302T1005Z_x.json.gz": {false, false},
		"copy of " + aLog: {false, false},
		aLog + ".gz":      {false, false},
		aLog + "/":        {true, true}, // a slash at the end is none of a name
		aDigest:           {false, false},
		"":                {false, false},
	} {
		if is, resembles := IsLog(p), ResemblesLog(p); is != want.is || resembles != want.resembles {
			t.Errorf("%q is a log file: %t, resembles one: %t", p, is, resembles)
		}
	}
}
