package trailtest

const (
	kmsSource = "kms.amazonaws.com"
	// frontEnd is how EC2 shows in the calls that it forwards.
	frontEnd = "ec2-frontend-api.amazonaws.com"
)

// forwarded is a KMS call that EC2 makes with the caller's identity; with
// via=none the caller makes it, and it looks like any other call.
func (e *entry) forwarded(name string) (call, caller) {
	c := e.caller()
	via := e.optOr("via", frontEnd)
	call := call{source: kmsSource, name: name}
	if via == "none" {
		call.identity, call.from = e.identity(c, "", false), e.client("")
		return call, c
	}
	call.internal = true
	call.identity, call.from = e.identity(c, via, true), e.client(via)
	return call, c
}

// refused is a KMS call that failed. A forwarded one says what it was about in
// its message and nowhere else.
func (e *entry) refused() []element {
	action := e.optOr("action", "CreateGrant")
	name := action
	if action == "ReEncryptFrom" || action == "ReEncryptTo" {
		name = "ReEncrypt" // two permissions, one call
	}
	call, c := e.forwarded(name)
	key := e.keyARN(e.opt("key"))
	call.readOnly = name != "CreateGrant"
	call.failure = e.refusal(c, action, key, !call.internal)
	if !call.internal {
		call.request = object{{"keyId", key}}
	}
	return []element{e.record(call)}
}

// granted is a CreateGrant that succeeded: for the instance, as starts make one
// for each volume; for EC2 itself, as launches make one more; or as written in
// 2014.
func (e *entry) granted() []element {
	call, _ := e.forwarded("CreateGrant")
	key := e.keyARN(e.need("key"))
	request := object{{"keyId", key}, {"granteePrincipal", e.grantee()}}
	request = append(request, member{"retiringPrincipal", "ec2." + e.region + ".amazonaws.com"}, member{"operations", list{"Decrypt"}})
	if volume := e.opt("volume"); volume != "" {
		request = request.with("constraints", object{{"encryptionContextSubset", volumeContext(volume)}})
	}
	call.request = request
	call.response = object{{"grantId", e.grant()}, {"keyId", key}}
	call.resources = keyResource(key)
	return []element{e.record(call)}
}

func (e *entry) grantee() string {
	switch oneOf(e.line, "grantee", "instance", "service", "legacy") {
	case "service":
		return "ec2." + e.region + ".amazonaws.com"
	case "legacy":
		return e.account + ":aws:ec2-infrastructure:" + e.need("instance")
	}
	return e.arn("sts", "assumed-role/aws:ec2-infrastructure/"+e.need("instance"))
}

// grant is the grant of that name, or one of this line's own.
func (e *entry) grant() string {
	if name := e.opt("grant"); name != "" {
		return grantID("named", name)
	}
	return grantID(e.seed)
}

func volumeContext(volume string) object { return object{{"aws:ebs:id", volume}} }

func (e *entry) dataKey() []element {
	call, _ := e.forwarded("GenerateDataKeyWithoutPlaintext")
	key := e.keyARN(e.need("key"))
	request := object{{"keyId", key}, {"numberOfBytes", int64(64)}}
	if volume := e.opt("volume"); volume != "" {
		request = request.with("encryptionContext", volumeContext(volume))
	}
	call.request, call.readOnly, call.resources = request, true, keyResource(key)
	call.additional = keyMaterial(key)
	return []element{e.record(call)}
}

// decrypt is the instance reading its volume, which proves the start.
func (e *entry) decrypt() []element {
	instance, volume, key := e.need("instance"), e.need("volume"), e.keyARN(e.need("key"))
	return []element{e.record(call{
		source: kmsSource, name: "Decrypt", readOnly: true, internal: true,
		identity:   e.instanceIdentity(instance),
		from:       e.client("AWS Internal"),
		request:    object{{"encryptionContext", volumeContext(volume)}, {"encryptionAlgorithm", "SYMMETRIC_DEFAULT"}},
		additional: keyMaterial(key),
		resources:  keyResource(key),
	})}
}

func keyMaterial(key string) object {
	return object{{"keyMaterialId", grantID("material", key)}}
}

// retire is EC2 giving a grant back when the instance stops.
func (e *entry) retire() []element {
	key := e.keyARN(e.need("key"))
	return []element{e.record(call{
		source: kmsSource, name: "RetireGrant", internal: true,
		identity:   object{{"type", "AWSService"}, {"invokedBy", "AWS Internal"}},
		from:       e.client("AWS Internal"),
		response:   object{{"keyId", key}},
		additional: object{{"grantId", e.grant()}},
		resources:  keyResource(key),
	})}
}
