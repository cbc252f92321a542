package incident

import "time"

// Suppression is an incident that somebody has decided to live with for a
// while. Of what it matches by, all that is set has to agree; Principal is an
// ARN glob.
type Suppression struct {
	Match   Match     `json:"match"`
	Owner   string    `json:"owner"`
	Reason  string    `json:"reason"`
	Expires time.Time `json:"expires"` // it counts before, and not from then on
	State   string    `json:"state"`   // used, unused or expired
}

// Match is what a suppression matches by; "" is anything.
type Match struct {
	ID        string `json:"id"`
	Principal string `json:"principal"`
	Key       string `json:"key"`
	Account   string `json:"account"`
	Region    string `json:"region"`
	Cause     string `json:"cause"`
}

// The states of a suppression.
const (
	SuppressionUsed    = "used"
	SuppressionUnused  = "unused"  // it matches no incident
	SuppressionExpired = "expired" // whatever it matches counts again
)

// Suppressed says who lives with an incident, why, and how long.
type Suppressed struct {
	Owner   string    `json:"owner"`
	Reason  string    `json:"reason"`
	Expires time.Time `json:"expires"`
}
