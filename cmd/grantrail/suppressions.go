package main

import (
	"fmt"
	"os"
	"time"

	"github.com/goccy/go-yaml"

	"grantrail/analyze/incident"
)

// readSuppressions reads the rules of a file; "" is none. Whatever is not
// understood is refused: a rule that silently matches too much would hide
// incidents.
func readSuppressions(path string) ([]incident.Suppression, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, usagef("--suppressions: %w", err)
	}
	var file struct {
		Suppressions []struct {
			ID        string `yaml:"id"`
			Principal string `yaml:"principal"`
			Key       string `yaml:"key"`
			Account   string `yaml:"account"`
			Region    string `yaml:"region"`
			Cause     string `yaml:"cause"`
			Owner     string `yaml:"owner"`
			Reason    string `yaml:"reason"`
			Expires   string `yaml:"expires"`
		} `yaml:"suppressions"`
	}
	if err := yaml.UnmarshalWithOptions(text, &file, yaml.Strict()); err != nil {
		return nil, usagef("--suppressions %q: %s", path, yaml.FormatError(err, false, false))
	}
	rules := make([]incident.Suppression, len(file.Suppressions))
	for i, s := range file.Suppressions {
		r := incident.Suppression{
			Match: incident.Match{ID: s.ID, Principal: s.Principal, Key: s.Key, Account: s.Account, Region: s.Region, Cause: s.Cause},
			Owner: s.Owner, Reason: s.Reason,
		}
		if r.Expires, err = checkRule(&r, s.Expires); err != nil {
			return nil, usagef("--suppressions %q, entry %d: %w", path, i+1, err)
		}
		rules[i] = r
	}
	return rules, nil
}

// checkRule checks what a rule must say, and gives its last day's end.
func checkRule(r *incident.Suppression, expires string) (time.Time, error) {
	switch m := r.Match; {
	case m == incident.Match{}:
		return time.Time{}, fmt.Errorf("it matches by nothing: want id, principal, key, account, region or cause")
	case r.Owner == "" || r.Reason == "" || expires == "":
		return time.Time{}, fmt.Errorf("owner, reason and expires are needed")
	case m.Account != "" && !accountID().MatchString(m.Account):
		return time.Time{}, fmt.Errorf("account %q: want 12 digits, in quotes", m.Account)
	case m.Region != "" && !regionName().MatchString(m.Region):
		return time.Time{}, fmt.Errorf("region %q: want a region such as eu-west-1", m.Region)
	case m.Key != "" && !keyName().MatchString(m.Key):
		return time.Time{}, fmt.Errorf("key %q: want a KMS key ARN or id", m.Key)
	}
	if at, err := time.Parse(time.RFC3339, expires); err == nil {
		return at.UTC(), nil
	}
	at, err := time.Parse(time.DateOnly, expires)
	if err != nil {
		return at, fmt.Errorf("expires %q: want a day such as 2027-01-31, which still counts, or RFC 3339", expires)
	}
	return at.AddDate(0, 0, 1), nil
}
