package analyze

import (
	"math"
	"slices"

	"grantrail/analyze/incident"
)

// failures are the state reasons with which EC2 takes an instance down whose
// volume it could not unlock, as
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html
// and public captures have them. Server.InternalError is printed as the
// transition's reason beside the client's message.
var failures = map[string]bool{
	"Client.InternalError":              true,
	"Server.InternalError":              true,
	"Client.InvalidKMSKey.InvalidState": true,
}

// pictured reads what AWS Config or saved describe-instances output says of an
// instance after a launch: the one evidence that says why it is down. A reason
// that is a failure of this kind is the strongest evidence; any other reason
// explains the stop; and one that is seen running did come up.
func (s *scan) pictured(l *launch, life []mark) (fate, bool) {
	best, running := unknownFate, false
	for _, kind := range []markKind{markConfig, markDescribed} {
		for _, m := range life {
			if m.kind != kind {
				continue
			}
			running = running || m.state == "running"
			f, ok := s.picture(l, m)
			until := m.ns
			if kind == markDescribed {
				until = math.MaxInt64 // its time is the launch's, and the state of whenever it was saved
			}
			if f.reason == "" && asked(life, until) {
				continue // the call that asked for it explains it
			}
			if ok && (best.source == "" || best.explained && !f.explained) {
				best = f
			}
		}
	}
	if running && !failures[best.reason] {
		return fate{outcome: incident.Running}, true
	}
	return best, best.source != ""
}

// asked reports whether somebody stopped the instance up to a time, or EC2
// took it back.
func asked(life []mark, ns int64) bool {
	return slices.ContainsFunc(life, func(m mark) bool {
		return (m.kind == markHalt || m.kind == markInterruption) && m.ns <= ns
	})
}

// picture reads one picture. Without a reason it says no more than a state
// change does, and counts inside the stop window only.
func (s *scan) picture(l *launch, m mark) (fate, bool) {
	outcome, isDown := down(m.state)
	if !isDown {
		return fate{}, false
	}
	f := fate{outcome: outcome, source: incident.FromConfigItem, row: m.row, reason: s.t.StateReason(m.row)}
	if m.kind == markDescribed {
		f.source = incident.FromDescribe
	}
	f.explained = f.reason != "" && !failures[f.reason]
	return f, f.reason != "" || m.ns-l.ns <= int64(s.opt.StopWindow)
}
