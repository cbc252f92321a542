package record

import "strings"

// instances decodes Start, Run, Stop and TerminateInstances. The answer names
// the instances and their state before the call; where it was omitted for its
// size the request of all but RunInstances names them too. A refused call's
// request is taken as well: it says which instances were meant.
func (p parts) instances(e *Event) {
	for _, n := range p.response.list("instancesSet") {
		e.addInstance(n.text("instanceId"), n.text("previousState", "name"))
		p.interfaces(e, n)
	}
	if len(e.Instances) > 0 {
		return
	}
	for _, n := range p.request.list("instancesSet") {
		id := n.get("instanceId")
		if id.null() {
			id = n // a bare id
		}
		e.addInstance(id.string(), "")
	}
	if len(e.Instances) == 0 {
		p.listed(e)
	}
	for _, n := range p.request.list("blockDeviceMapping") {
		if key := n.text("ebs", "kmsKeyId"); key != "" {
			e.Key = key
		}
	}
}

// listed takes the instances from the record's resources.
func (p parts) listed(e *Event) {
	for _, r := range p.resourceList() {
		if _, id, ok := strings.Cut(r.text("ARN"), ":instance/"); ok {
			e.addInstance(id, "")
		}
	}
}

// interfaces notes which network interfaces RunInstances made for which
// instance; their clean-up is the only trace of a failed launch.
func (p parts) interfaces(e *Event, instance node) {
	owner := strings.ToLower(instance.text("instanceId"))
	for _, n := range instance.list("networkInterfaceSet") {
		if id := n.text("networkInterfaceId"); id != "" && owner != "" {
			e.Interfaces = append(e.Interfaces, strings.ToLower(id))
			e.Owners = append(e.Owners, owner)
		}
	}
}

// cleanup decodes the DeleteNetworkInterface that EC2 makes itself.
func (p parts) cleanup(e *Event) {
	id := p.service.text("networkInterfaceId")
	if id == "" {
		id = p.request.text("networkInterfaceId")
	}
	if id == "" {
		for _, r := range p.resourceList() {
			if _, eni, ok := strings.Cut(r.text("ARN"), ":network-interface/"); ok {
				id = eni
			}
		}
	}
	if id != "" {
		e.Interfaces = []string{strings.ToLower(id)}
		e.Owners = []string{""}
	}
}

// storage decodes the calls that make, copy or attach volumes.
func (p parts) storage(e *Event) {
	for _, n := range []node{p.request, p.response} {
		if v := n.find("volumeId"); v != "" && len(e.Volumes) == 0 {
			e.Volumes = []string{strings.ToLower(v)}
		}
		if i := n.find("instanceId"); i != "" && len(e.Instances) == 0 {
			e.addInstance(i, "")
		}
	}
	// The answer has the key's ARN where the request may have an alias.
	if e.Key = p.response.find("kmsKeyId"); e.Key == "" {
		e.Key = p.request.find("kmsKeyId")
	}
	e.Target = p.request.find("kmsKeyId")
}

func (p parts) resourceList() []node {
	return p.resources.list()
}
