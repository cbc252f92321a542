package analyze

import (
	"testing"
)

func TestManager(t *testing.T) {
	who := role("ops", "ana")
	r := refused(3, who, "r")
	r.ErrorCode, r.ErrorMessage = "DisabledException", testKey+" is disabled."
	if c := concluded(t, start(0, who, "r", "i-1"), r); c.Incidents[0].Key.Manager != byCustomer {
		t.Errorf("%+v", c.Incidents[0].Key)
	}
	if c := concluded(t, start(0, who, "r", "i-1"), refused(3, who, "r")); c.Incidents[0].Key.Manager != byUnknown {
		t.Errorf("%+v", c.Incidents[0].Key)
	}
}
