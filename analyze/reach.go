package analyze

import "strings"

// ofSet begins the names of the roles that permission sets make.
const ofSet = "AWSReservedSSO_"

// reach says how surely a change bears on this key, principal or account.
func (s *scan) reach(row int, st *story) fit {
	switch s.t.Source(row) {
	case "kms.amazonaws.com":
		return s.reachesKey(row, st)
	case "iam.amazonaws.com":
		return s.reachesPrincipal(row, st)
	case "organizations.amazonaws.com":
		return s.reachesAccount(row, st)
	case "sso.amazonaws.com":
		if strings.HasPrefix(st.name, ofSet) {
			return weak
		}
		return unfit
	}
	switch key := s.keyOf(row); {
	case s.t.Account(row) != st.account || s.t.Region(row) != st.region:
		return unfit
	case !hasWord(encrypts, s.t.Name(row)):
		return weak
	case !st.runs: // what there is keeps its key
		return unfit
	case key != "" && (sameKey(key, st.key) || fullKey(s.t.Key(row), s.t, row) == st.key): // an alias that names no key is one by itself
		return likely
	case key != "" && st.key != "":
		return unfit
	}
	return weak
}

// reachesKey: a change on another key is none of ours, however near in time.
// Disconnecting a key store names no key.
//
// A grant that an administrator gives or takes back is for one grantee; whose
// a revoked one was, the archive may show.
func (s *scan) reachesKey(row int, st *story) fit {
	key, name := s.keyOf(row), s.t.Name(row)
	switch {
	case (name == "CreateGrant" || name == "RevokeGrant" || name == "RetireGrant") && !s.grantsTo(row, st):
		return unfit
	case strings.HasSuffix(name, "CustomKeyStore"):
		return weak
	case st.key == "" || key == "" || !sameKey(key, st.key) && s.t.Target(row) == "":
		return unfit
	case hasWord(retiring, name) && sameKey(key, st.key) && s.iam().grantees[s.t.GrantID(row)] == "":
		return weak // whose grant it was is not known
	case key != st.key && sameKey(key, st.key):
		return weak // a replica in another region has a policy and a state of its own
	case sameKey(key, st.key), fullKey(s.t.Target(row), s.t, row) == st.key:
		if st.inferred {
			return likely
		}
		return strong
	}
	return unfit
}

// grantsTo reports whether a grant given or taken back can have been the
// story's principal's.
func (s *scan) grantsTo(row int, st *story) bool {
	if s.t.Name(row) == "CreateGrant" {
		return strings.EqualFold(s.t.Target(row), st.arn)
	}
	grantee, known := s.iam().grantees[s.t.GrantID(row)]
	return !known || strings.EqualFold(grantee, st.arn)
}

// reachesPrincipal: a change on the role or user itself, on a group that the
// archive shows the user in, or on a policy that the archive shows attached to
// either or that KMS's message names.
func (s *scan) reachesPrincipal(row int, st *story) fit {
	name, target := s.t.Name(row), s.t.Target(row)
	if hasWord(versions, name) {
		policy := s.t.Policy(row)
		if policy != "" && (policy == st.named || s.iam().attached(policy, s.t.Nanos(row), st)) {
			return strong
		}
		return unfit
	}
	switch {
	case s.t.Account(row) != st.owner:
		return unfit
	case st.cause == identityDeny && st.named != "" && st.named != s.t.Policy(row) && !strings.HasSuffix(name, "Group"):
		return unfit // the message names another policy
	case hasWord(grouped, name):
		if s.iam().member(st, target, s.t.Nanos(row)) {
			return strong
		}
		return unfit
	case strings.EqualFold(target, st.name) && st.kindOf(name):
		return strong
	}
	return unfit
}

// kindOf keeps a role and a user of one name apart.
func (st *story) kindOf(call string) bool {
	return st.user == strings.Contains(call, "User")
}

// reachesAccount: a policy of the organisation that the message names, or that
// is attached to the account itself, is surely ours; the ancestry of roots and
// units is not in the logs. A service control policy of another account binds
// nobody of this one.
func (s *scan) reachesAccount(row int, st *story) fit {
	policy, target := s.t.Policy(row), s.t.Target(row)
	switch {
	case strings.HasPrefix(st.cause, "scp") && st.bound != "" && isAccount(target) && target != st.bound:
		return unfit
	case policy != "" && st.named != "":
		if strings.HasSuffix(st.named, "/"+policy) {
			return strong
		}
		return unfit // the message names another policy
	case st.bound != "" && target == st.bound:
		return strong
	}
	return weak
}

// isAccount tells an account's id from those of roots and units.
func isAccount(target string) bool { return len(target) == 12 && only(target, decimal) }
