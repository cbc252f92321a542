package analyze

import (
	"sort"
	"strings"
)

// grouped are the changes on the policies of a group.
const grouped = "PutGroupPolicy DeleteGroupPolicy AttachGroupPolicy DetachGroupPolicy"

// iam is what the archive's changes show of who holds which policy. It is the
// part of IAM's state that somebody touched while the trail was on; the rest
// is not in the logs.
type iam struct {
	holders map[holding]bool
	groups  map[membership][]joining
	grouped map[holding][]string // groups that a policy was attached to or taken from

	// The same from the holder's side.
	held    map[holder][]string // policies that were attached to a role or user
	carried map[holder][]string // policies that were attached to a group or taken from it
	joined  map[holder][]string // groups that a user was put in or taken from

	grantees map[string]string // of the grants that somebody gave by hand, by grant id

	accounts  map[string]bool // that show a change in IAM
	organised bool            // a change of the organisation's policies is in the archive
}

// holding is a policy and the account it was attached in; holder is empty for
// the index by policy.
type holding struct{ account, policy, holder string }

// holder is a role, user or group in an account, lower case.
type holder struct{ account, name string }

// membership is a user in an account, and a group.
type membership struct{ account, user, group string }

// joining is a user entering or leaving a group.
type joining struct {
	ns int64
	in bool
}

// iam indexes the changes at the first call.
func (s *scan) iam() *iam {
	if s.iamIndex != nil {
		return s.iamIndex
	}
	x := &iam{
		holders: map[holding]bool{}, groups: map[membership][]joining{}, grouped: map[holding][]string{},
		held: map[holder][]string{}, carried: map[holder][]string{}, joined: map[holder][]string{},
		grantees: map[string]string{}, accounts: map[string]bool{},
	}
	given := map[holding]bool{} // policies to groups
	for _, row := range s.changes {
		x.accounts[s.t.Account(row)] = x.accounts[s.t.Account(row)] || s.t.Source(row) == "iam.amazonaws.com"
		x.organised = x.organised || s.t.Source(row) == "organizations.amazonaws.com"
		account, target, policy := s.t.Account(row), strings.ToLower(s.t.Target(row)), s.t.Policy(row)
		switch name := s.t.Name(row); name {
		case "AttachRolePolicy", "AttachUserPolicy", "DetachRolePolicy", "DetachUserPolicy",
			"PutRolePermissionsBoundary", "PutUserPermissionsBoundary":
			if h := (holding{account, policy, target}); !x.holders[h] {
				x.holders[h] = true
				by := holder{account, target}
				x.held[by] = append(x.held[by], policy)
			}
		case "AttachGroupPolicy", "DetachGroupPolicy":
			if h := (holding{account, policy, target}); !given[h] {
				given[h] = true
				h.holder = ""
				x.grouped[h] = append(x.grouped[h], target)
				by := holder{account, target}
				x.carried[by] = append(x.carried[by], policy)
			}
		case "AddUserToGroup", "RemoveUserFromGroup":
			m := membership{account, target, strings.ToLower(policy)}
			if len(x.groups[m]) == 0 {
				by := holder{account, target}
				x.joined[by] = append(x.joined[by], m.group)
			}
			x.groups[m] = append(x.groups[m], joining{s.t.Nanos(row), name == "AddUserToGroup"})
		case "CreateGrant":
			x.grantees[s.t.GrantID(row)] = target
		}
	}
	s.iamIndex = x
	return x
}

// attached reports whether the archive shows a policy being attached to the
// story's principal or taken from it, set as its boundary, or attached to a
// group that it was in at a time.
func (x *iam) attached(policy string, ns int64, st *story) bool {
	if x.holders[holding{st.owner, policy, strings.ToLower(st.name)}] {
		return true
	}
	for _, group := range x.grouped[holding{account: st.owner, policy: policy}] {
		if x.member(st, group, ns) {
			return true
		}
	}
	return false
}

// member reports whether the story's principal was in a group at a time, as
// far as its comings and goings are in the archive: one who leaves later was
// in it before.
func (x *iam) member(st *story, group string, ns int64) bool {
	if !st.user {
		return false
	}
	all := x.groups[membership{st.owner, strings.ToLower(st.name), strings.ToLower(group)}]
	next := sort.Search(len(all), func(i int) bool { return all[i].ns > ns })
	switch {
	case next > 0:
		return all[next-1].in
	case len(all) > 0:
		return !all[0].in
	}
	return false
}

// groupsOf are the groups that the archive shows the story's user entering or
// leaving.
func (x *iam) groupsOf(st *story) []string {
	if !st.user {
		return nil
	}
	return x.joined[holder{st.owner, strings.ToLower(st.name)}]
}

// policies are those that can be the story's principal's, each once: the one
// that KMS's message names, those attached to the principal itself, and those
// of groups that it was in, which are told as not held.
func (x *iam) policies(st *story) map[string]bool {
	out := map[string]bool{}
	for _, group := range x.groupsOf(st) {
		for _, policy := range x.carried[holder{st.owner, group}] {
			out[policy] = false
		}
	}
	for _, policy := range x.held[holder{st.owner, strings.ToLower(st.name)}] {
		out[policy] = true
	}
	if _, known := out[st.named]; st.named != "" && !known {
		out[st.named] = false
	}
	delete(out, "")
	return out
}
