package trailtest

// serviceCall is an event that EC2 reports by itself: an identity without type
// and ARN, no parameters.
func (e *entry) serviceCall(name string, resources list, details object) element {
	return e.record(call{
		source: ec2Source, name: name, kind: "AwsServiceEvent",
		identity:  object{{"accountId", e.account}, {"invokedBy", ec2Source}},
		from:      origin{address: ec2Source, agent: ec2Source, service: true},
		resources: resources, details: details,
	})
}

func (e *entry) cleanup() []element {
	var made []element
	for _, id := range e.needMany("eni") {
		one := *e
		one.seed += "\x00" + id
		arn := e.arn("ec2", "network-interface/"+id)
		made = append(made, one.serviceCall("DeleteNetworkInterface", list{resource(arn, "AWS::EC2::NetworkInterface")}, object{{"networkInterfaceId", id}}))
	}
	return made
}

func (e *entry) evict() []element {
	ids := list{}
	for _, id := range e.needMany("instance") {
		ids = append(ids, id)
	}
	// A plain array, unlike every other set of EC2.
	return []element{e.serviceCall("BidEvictedEvent", nil, object{{"instanceIdSet", ids}})}
}
