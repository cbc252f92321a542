package trailtest

// shapes are the verbs that write records, beside the tables of changes. Each
// makes them from its line and changes nothing else.
var shapes = map[string]func(*entry) []element{
	"start":     func(e *entry) []element { return e.transition("StartInstances", "stopped", "pending") },
	"stop":      func(e *entry) []element { return e.transition("StopInstances", "running", "stopping") },
	"terminate": func(e *entry) []element { return e.transition("TerminateInstances", "running", "shutting-down") },
	"run":       (*entry).run,
	"cleanup":   (*entry).cleanup,
	"evict":     (*entry).evict,

	"createvolume":   (*entry).createVolume,
	"attachvolume":   func(e *entry) []element { return e.attachment("AttachVolume", "attaching") },
	"detachvolume":   func(e *entry) []element { return e.attachment("DetachVolume", "detaching") },
	"createsnapshot": (*entry).createSnapshot,

	"refused": (*entry).refused,
	"granted": (*entry).granted,
	"datakey": (*entry).dataKey,
	"decrypt": (*entry).decrypt,
	"retire":  (*entry).retire,

	"state": (*entry).stateChange,
	"event": (*entry).event,
	"noise": (*entry).noise,
}

// shape finds a verb among the shapes and the changes.
func shape(verb string) (func(*entry) []element, bool) {
	if s, ok := shapes[verb]; ok {
		return s, true
	}
	if c, ok := keyChanges[verb]; ok {
		return c.records, true
	}
	c, ok := policyChanges[verb]
	return c.records, ok
}
