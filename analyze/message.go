package analyze

import (
	"regexp"
	"strings"
	"sync"
)

// grammar is the wording of an AWS access-denied message:
//
//	User: <principal> is not authorized to perform: <svc:Action>[ on <target>][ <reason>][: <policy ARN>]
//
// after https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html,
// with the forms that services really print: quoted ARNs, no ARN at all,
// "sessions policy", "due to", and the policy ARN that follows an explicit deny
// since 2026. It is not anchored at its end: what it does not know leaves the
// reason unknown, and is never an error.
var grammar = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^\s*User: (?P<principal>\S.*?) is not authorized to perform: (?P<action>[a-z0-9-]+:[a-z0-9*]+)` +
		`(?: on (?:resource: "?(?P<resource>arn:[^\s"]+)"?|(?P<vague>this resource|the resource associated with this ciphertext)))?` +
		`(?: because no (?P<missing>[a-z -]+?)(?: polic(?:y|ies))? allows? ` +
		`| (?:with|due to) an explicit deny(?: in (?:an? |the )?(?P<deny>permissions boundary|[a-z -]+? policy))?` +
		`(?: transitively through an? (?P<via>[a-z -]+? policy))?(?:: (?P<policy>arn:\S+))?` +
		`| because (?P<ambiguous>the resource does not exist in this Region))?`)
})

// denial is what a message says.
type denial struct {
	principal string
	action    string
	policies  string // the class of policies in the reason, lower case
	explicit  bool   // an explicit deny, rather than a missing allow
	policyARN string
	ambiguous bool // the message names three reasons and picks none
	matched   bool
}

func parseMessage(message string) denial {
	m := grammar().FindStringSubmatch(message)
	if m == nil {
		return denial{}
	}
	get := func(name string) string { return m[grammar().SubexpIndex(name)] }
	d := denial{
		principal: get("principal"), action: get("action"), policyARN: get("policy"),
		policies: get("missing"), ambiguous: get("ambiguous") != "", matched: true,
	}
	for _, denied := range []string{get("deny"), get("via")} {
		if denied != "" {
			d.policies, d.explicit = denied, true
		}
	}
	d.policies = strings.ToLower(d.policies)
	return d
}

// kmsARN finds a key or alias ARN in free text, such as "<arn> is disabled."
var kmsARN = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(?:key|alias)/[A-Za-z0-9/_-]+`)
})
