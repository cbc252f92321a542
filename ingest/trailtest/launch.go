package trailtest

// run is a RunInstances. Its response names instances and interfaces, and never
// a volume.
func (e *entry) run() []element {
	instances, interfaces := e.many("instance"), e.many("eni")
	image, kind := e.optOr("image", "ami-0aaa1111bbbb2222c"), e.optOr("type", "t3.nano")
	if len(instances) == 0 && e.opt("error") == "" {
		e.fail("instance= is missing")
	}
	if len(interfaces) > len(instances) {
		e.fail("more interfaces than instances")
		return nil
	}
	count := int64(max(1, len(instances)))
	request := object{
		{"instancesSet", object{{"items", list{object{{"imageId", image}, {"minCount", count}, {"maxCount", count}}}}}},
		{"blockDeviceMapping", e.rootDevice()},
		{"instanceType", kind},
		{"clientToken", uuid(4, "token", e.seed)},
	}
	if group := e.opt("group"); group != "" {
		tag := object{{"key", "aws:autoscaling:groupName"}, {"value", group}}
		request = request.with("tagSpecificationSet", object{{"items", list{object{{"resourceType", "instance"}, {"tags", list{tag}}}}}})
	}
	var launched, resources list
	for i, id := range instances {
		set := object{}
		if i < len(interfaces) {
			set = object{{"items", list{object{{"networkInterfaceId", interfaces[i]}}}}}
		}
		launched = append(launched, object{
			{"instanceId", id}, {"imageId", image},
			{"instanceState", e.state("pending")},
			{"stateReason", object{{"code", "pending"}, {"message", "pending"}}},
			{"instanceType", kind},
			{"launchTime", e.at.UnixMilli()},
			{"blockDeviceMapping", object{}},
			{"networkInterfaceSet", set},
		})
		resources = append(resources, resource(e.arn("ec2", "instance/"+id), "AWS::EC2::Instance"))
	}
	return []element{e.ec2Call("RunInstances", request, object{
		{"reservationId", "r-" + grantID(e.seed)[:17]}, {"ownerId", e.account}, {"groupSet", object{}},
		{"instancesSet", object{{"items", launched}}},
	}, resources...)}
}

// rootDevice names the key where the launch asks for one; a launch from a
// template or with the account's default key does not.
func (e *entry) rootDevice() object {
	key := e.opt("key")
	if key == "" {
		return object{}
	}
	ebs := object{{"volumeSize", int64(8)}, {"encrypted", true}, {"kmsKeyId", e.keyARN(key)}}
	return object{{"items", list{object{{"deviceName", "/dev/xvda"}, {"ebs", ebs}}}}}
}
