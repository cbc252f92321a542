package trailtest

func (e *entry) createVolume() []element {
	volume, zone := e.need("volume"), e.region+"a"
	request := object{{"size", "20"}, {"zone", zone}, {"volumeType", "gp3"}}
	response := object{{"volumeId", volume}, {"size", "20"}, {"zone", zone}, {"status", "creating"}, {"createTime", e.at.UnixMilli()}}
	if snapshot := e.opt("snapshot"); snapshot != "" {
		request = request.with("snapshotId", snapshot)
		response = response.with("snapshotId", snapshot)
	}
	if key := e.opt("key"); key != "" {
		request = request.with("encrypted", true).with("kmsKeyId", e.keyARN(key))
		response = response.with("encrypted", true).with("kmsKeyId", e.keyARN(key))
	}
	return []element{e.ec2Call("CreateVolume", request.with("clientToken", uuid(4, "token", e.seed)), response)}
}

func (e *entry) attachment(name, status string) []element {
	volume, instance, device := e.need("volume"), e.need("instance"), e.optOr("device", "/dev/sdf")
	request := object{{"volumeId", volume}, {"instanceId", instance}, {"device", device}}
	response := object{{"volumeId", volume}, {"instanceId", instance}, {"device", device}, {"status", status}, {"attachTime", e.at.UnixMilli()}}
	return []element{e.ec2Call(name, request, response)}
}

func (e *entry) createSnapshot() []element {
	volume, snapshot := e.need("volume"), e.need("snapshot")
	return []element{e.ec2Call("CreateSnapshot", object{{"volumeId", volume}}, object{
		{"snapshotId", snapshot}, {"volumeId", volume}, {"status", "pending"}, {"startTime", e.at.UnixMilli()}, {"encrypted", true},
	})}
}
