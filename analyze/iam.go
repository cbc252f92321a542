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

	grantees map[string]string // of the grants that somebody gave by hand, by grant id

	accounts  map[string]bool // that show a change in IAM
	organised bool            // a change of the organisation's policies is in the archive
}

// holding is a policy and the account it was attached in; holder is empty for
// the index by policy.
type holding struct{ account, policy, holder string }

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
	x := &iam{holders: map[holding]bool{}, groups: map[membership][]joining{}, grouped: map[holding][]string{}, grantees: map[string]string{}, accounts: map[string]bool{}}
	for _, row := range s.changes {
		x.accounts[s.t.Account(row)] = x.accounts[s.t.Account(row)] || s.t.Source(row) == "iam.amazonaws.com"
		x.organised = x.organised || s.t.Source(row) == "organizations.amazonaws.com"
		account, target, policy := s.t.Account(row), strings.ToLower(s.t.Target(row)), s.t.Policy(row)
		switch name := s.t.Name(row); name {
		case "AttachRolePolicy", "AttachUserPolicy", "DetachRolePolicy", "DetachUserPolicy",
			"PutRolePermissionsBoundary", "PutUserPermissionsBoundary":
			x.holders[holding{account, policy, target}] = true
		case "AttachGroupPolicy", "DetachGroupPolicy":
			h := holding{account: account, policy: policy}
			x.grouped[h] = append(x.grouped[h], target)
		case "AddUserToGroup", "RemoveUserFromGroup":
			m := membership{account, target, strings.ToLower(policy)}
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
