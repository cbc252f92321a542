package trailtest

import "fmt"

const ec2Source = "ec2.amazonaws.com"

// stateCodes are EC2's numbers for the states of an instance.
var stateCodes = map[string]int64{
	"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80,
}

// ec2Call is a call of the EC2 API by the caller of the line. A failed one
// keeps its parameters and has no response.
func (e *entry) ec2Call(name string, request, response object, resources ...any) element {
	c := e.caller()
	via := e.optOr("via", c.service())
	call := call{source: ec2Source, name: name, identity: e.identity(c, via, false), from: e.client(via), request: request, failure: e.failure(name, c)}
	if call.failure.code == "" {
		call.response, call.resources = response, resources
		if id := e.requestID(); id != "" {
			call.response = append(object{{"requestId", id}}, response...)
		}
	}
	return e.record(call)
}

// failure reads error= and message=. The codes that launches meet most have
// their real wording.
func (e *entry) failure(name string, c caller) failure {
	f := failure{code: e.opt("error"), message: e.opt("message")}
	if f.message != "" {
		return f
	}
	switch f.code {
	case "Client.DryRunOperation":
		f.message = "Request would have succeeded, but DryRun flag is set."
	case "Client.UnauthorizedOperation":
		f.message = fmt.Sprintf("You are not authorized to perform this operation. User: %s is not authorized to perform: ec2:%s on resource: %s because no identity-based policy allows the ec2:%s action. Encoded authorization failure message: %s",
			e.callerARN(c), name, e.arn("ec2", "instance/*"), name, code(32, "encoded", e.seed))
	}
	return f
}

func (e *entry) transition(name, previous, current string) []element {
	instances := e.needMany("instance")
	before := e.optOr("previous", previous)
	after := current
	if before == "running" && name == "StartInstances" || before == "stopped" && name == "StopInstances" {
		after = before // the call changes nothing
	}
	after = e.optOr("current", after)
	var asked, answered list
	for _, id := range instances {
		asked = append(asked, object{{"instanceId", id}})
		answered = append(answered, object{{"instanceId", id}, {"currentState", e.state(after)}, {"previousState", e.state(before)}})
	}
	request := object{{"instancesSet", object{{"items", asked}}}}
	if name == "StopInstances" {
		request = request.with("force", false)
	}
	return []element{e.ec2Call(name, request, object{{"instancesSet", object{{"items", answered}}}})}
}

func (e *entry) state(name string) object {
	n, ok := stateCodes[name]
	if !ok {
		e.fail("%q is not a state of an instance", name)
	}
	return object{{"code", n}, {"name", name}}
}
