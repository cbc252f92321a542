package analyze

import (
	"testing"

	"grantrail/ingest/table"
)

// TestRolesWithoutIssuer: where no record says who issued a session, the roles that
// EC2's services make have the path that they have everywhere, and others none.
func TestRolesWithoutIssuer(t *testing.T) {
	for session, want := range map[string]string{
		"arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling":        "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
		"arn:aws-cn:sts::111122223333:assumed-role/AWSServiceRoleForAutoScaling_CMK/AutoScaling": "arn:aws-cn:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling_CMK",
		"arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForEC2SpotFleet/x":                 "arn:aws:iam::111122223333:role/aws-service-role/spotfleet.amazonaws.com/AWSServiceRoleForEC2SpotFleet",
		"arn:aws:sts::111122223333:assumed-role/ops/ana":                                         "arn:aws:iam::111122223333:role/ops",
	} {
		if got := newPrincipals().of(table.Identity{Type: "AssumedRole", ARN: session}, ""); got.arn != want {
			t.Errorf("%s: %s", session, got.arn)
		}
	}
	ps := newPrincipals()
	ps.learn("arn:aws:iam::111122223333:role/aws-service-role/other.amazonaws.com/AWSServiceRoleForAutoScaling")
	if got := ps.of(table.Identity{Type: "AssumedRole", ARN: "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling"}, ""); got.arn != "arn:aws:iam::111122223333:role/aws-service-role/other.amazonaws.com/AWSServiceRoleForAutoScaling" {
		t.Errorf("an issuer outweighs what is usual: %s", got.arn)
	}
	if got := newPrincipals().of(table.Identity{Type: "FederatedUser", ARN: "arn:aws:sts::111122223333:federated-user/jo", Issuer: "arn:aws:iam::111122223333:user/fed"}, ""); got.arn != "arn:aws:iam::111122223333:user/fed" || got.session != "jo" {
		t.Errorf("%+v", got)
	}
}

// TestPrincipalsOnce: a principal is one value however often it is met, and another in
// each of its sessions.
func TestPrincipalsOnce(t *testing.T) {
	ps := newPrincipals()
	of := func(session string) *principal {
		return ps.of(table.Identity{Type: "AssumedRole", ARN: "arn:aws:sts::111122223333:assumed-role/ops/" + session}, "")
	}
	ana, bo := of("ana"), of("bo")
	if ana.session != "ana" || bo.session != "bo" || ana.id != bo.id {
		t.Errorf("%+v, %+v", ana, bo)
	}
	for again := range 2 { // behind another one, and behind itself
		if of("ana") != ana {
			t.Error(again, "a principal is held again")
		}
	}
	if of("bo") != bo {
		t.Error("a principal is held again")
	}
}
