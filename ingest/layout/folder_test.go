package layout

import "testing"

// TestLevelOf: where a prefix stands, whatever stands before AWSLogs; near misses
// follow no layout.
func TestLevelOf(t *testing.T) {
	for prefix, want := range map[string]Level{
		"":                      Outside,
		"my/prefix/":            Outside,
		"AWSLogs/":              InRoot,
		"my/prefix/AWSLogs/":    InRoot,
		"o-ab12cd34ef/AWSLogs/": InRoot,
		"AWSLogs/o-ab12cd34ef/": InOrganisation,
		"o-ab12cd34ef/AWSLogs/o-ab12cd34ef/111122223333/": InAccount,
		"AWSLogs/111122223333/":                           InAccount,
		"AWSLogs/11112222333/":                            Flat,
		"AWSLogs/111122223333/CloudTrail/":                InTrail,
		"AWSLogs/111122223333/CloudTrail-Digest/":         InTrail,
		"AWSLogs/111122223333/CloudTrail-Insight/":        InTrail,
		"AWSLogs/111122223333/Config/":                    InConfig,
		"AWSLogs/111122223333/elasticloadbalancing/":      Flat,
		"AWSLogs/111122223333/CloudTrail/eu-west-1/":      InRegion,
		"AWSLogs/111122223333/CloudTrail/us-gov-west-1/":  InRegion,
		"AWSLogs/111122223333/CloudTrail/2026/":           Flat,
		"AWSLogs/111122223333/Config/eu-west-1/":          InConfigRegion,
		"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/": Flat,
		"AWSLogs-old/111122223333/":                       Outside,
		"awslogs/111122223333/":                           Outside,
	} {
		if got := LevelOf(prefix); got != want {
			t.Errorf("%q is at level %d, want %d", prefix, got, want)
		}
	}
}

// TestDay: the day is the folder that the file is in, and no other.
func TestDay(t *testing.T) {
	for p, want := range map[string]string{
		"a/2026/03/02/x":     "2026/03/02",
		"2026/03/02/x":       "2026/03/02",
		`a\2026\03\02\x`:     "2026/03/02",
		"a/2026/3/2/x":       "",
		"a/2026/03/02":       "",
		"a/2026/03/02/b/x":   "",
		"a/12026/03/02/x":    "",
		"2025/01/01/2026/x":  "",
		"a/2026/99/99/x.txt": "2026/99/99",
	} {
		if got := Day(p); got != want {
			t.Errorf("the day of %q is %q, want %q", p, got, want)
		}
	}
}

// TestRegionDay: only what is remote, and lies in a day of CloudTrail's.
func TestRegionDay(t *testing.T) {
	const folder = "s3://b/AWSLogs/111122223333/CloudTrail/eu-west-1/"
	for uri, want := range map[string]string{
		folder + "2026/03/02/a.json.gz":                                              folder + " 2026-03-02",
		folder + "2026/03/02/more/a":                                                 folder + " 2026-03-02",
		"s3://b/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/02/a":       "s3://b/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/ 2026-03-02",
		"s3://b/CloudTrail/eu-west-1/2026/03/02/a":                                   "", // no root
		"s3://b/AWSLogs/11112222333/CloudTrail/eu-west-1/2026/03/02/a":               "", // no account
		"s3://b/AWSLogs/111122223333/CloudTrail/europe/2026/03/02/a":                 "", // no region
		"s3://b/AWSLogs/111122223333/CloudTrail/eu-west-1/x/2026/03/02/a":            "",
		folder + "2026/03/02/2026/03/02/a":                                           folder + " 2026-03-02",
		folder + "2026/03/02/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/03/a": folder + " 2026-03-02",
		folder + "2026/03/02":                                                        "",
		folder + "2026/02/30/a":                                                      "",
		folder + "2026/3/2/a":                                                        "",
		folder + "a":                                                                 "",
		"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/a":                     "",
		"s3://b/AWSLogs/111122223333/Config/eu-west-1/2026/03/02/a":                  "",
		"s3://b/AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/03/02/a.json.gz":     "",
	} {
		got, day := RegionDay(uri)
		if got != "" {
			got += " " + day.Format("2006-01-02")
		}
		if got != want {
			t.Errorf("%q lies in %q, want %q", uri, got, want)
		}
	}
}
