package record

import "strings"

// Kind is the part that an event plays in the analysis. Events of kind None
// are counted and dropped.
type Kind uint8

// The kinds. Their numbers are stored in tables: append, never renumber.
const (
	None         Kind = iota
	Launch            // StartInstances, RunInstances
	Halt              // StopInstances, TerminateInstances
	Grant             // CreateGrant, granted or refused
	DataKey           // data-key and re-encryption calls, and Decrypt by an instance or refused
	Storage           // calls of EC2 and EBS that make or attach volumes, or ask for instances, and can ask KMS too
	Change            // changes that can break or repair a launch
	Cleanup           // DeleteNetworkInterface made by EC2 itself
	Interruption      // BidEvictedEvent: EC2 took a Spot instance back
	StateChange       // EventBridge EC2 Instance State-change Notification
	ConfigItem        // AWS Config's picture of an instance at a time
	Described         // an instance in saved describe-instances output
	VolumeEvent       // EventBridge EBS Volume Notification of something that failed
	VolumeItem        // AWS Config's picture of a volume at a time
)

// OfTrail reports whether events of this kind come from CloudTrail records.
func (k Kind) OfTrail() bool { return k > None && k < StateChange }

const (
	sourceEC2 = "ec2.amazonaws.com"
	sourceEBS = "ebs.amazonaws.com"
	sourceKMS = "kms.amazonaws.com"
	sourceIAM = "iam.amazonaws.com"
	sourceOrg = "organizations.amazonaws.com"
	sourceSSO = "sso.amazonaws.com"
)

type call struct{ source, name string }

// interest is every call that can matter, and why.
var interest = build(map[Kind]map[string][]string{
	Launch: {sourceEC2: {"StartInstances", "RunInstances"}},
	Halt:   {sourceEC2: {"StopInstances", "TerminateInstances"}},
	Grant:  {sourceKMS: {"CreateGrant"}},
	DataKey: {sourceKMS: {
		"GenerateDataKeyWithoutPlaintext", "GenerateDataKey",
		"GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext",
		"ReEncrypt", "ReEncryptFrom", "ReEncryptTo", "Decrypt",
	}},
	Storage: {sourceEBS: {"StartSnapshot"}, sourceEC2: {
		"CreateVolume", "AttachVolume", "DetachVolume", "CreateSnapshot", "CreateSnapshots",
		"CopySnapshot", "CopyImage", "CreateImage", "ImportImage", "ImportSnapshot",
		"EnableFastSnapshotRestores", "CopyVolumes", "CreateReplaceRootVolumeTask", "ImportVolume",
		"ExportImage", "CreateStoreImageTask", "CreateRestoreImageTask", "ModifyVolume",
		"RestoreSnapshotFromRecycleBin", "RestoreVolumeFromRecycleBin", "RestoreSnapshotTier",
		"CreateFleet", "ModifyFleet", "RequestSpotInstances", "RequestSpotFleet", "ModifySpotFleetRequest",
	}},
	Cleanup:      {sourceEC2: {"DeleteNetworkInterface"}},
	Interruption: {sourceEC2: {"BidEvictedEvent"}},
	Change: {
		sourceKMS: {
			"PutKeyPolicy", "DisableKey", "EnableKey", "ScheduleKeyDeletion", "CancelKeyDeletion",
			"DeleteImportedKeyMaterial", "ImportKeyMaterial", "CreateAlias", "UpdateAlias", "DeleteAlias",
			"DisconnectCustomKeyStore", "ConnectCustomKeyStore", "RevokeGrant", "RetireGrant",
			"CreateKey", "ReplicateKey", "DeleteKey", "DeleteExpiredKeyMaterial",
		},
		sourceIAM: {
			"PutRolePolicy", "DeleteRolePolicy", "AttachRolePolicy", "DetachRolePolicy",
			"PutUserPolicy", "DeleteUserPolicy", "AttachUserPolicy", "DetachUserPolicy",
			"PutGroupPolicy", "DeleteGroupPolicy", "AttachGroupPolicy", "DetachGroupPolicy",
			"AddUserToGroup", "RemoveUserFromGroup",
			"PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary",
			"PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary",
			"UpdateAssumeRolePolicy", "CreateRole", "DeleteRole",
			"CreateServiceLinkedRole", "DeleteServiceLinkedRole",
			"CreatePolicyVersion", "SetDefaultPolicyVersion", "DeletePolicyVersion", "DeletePolicy",
		},
		sourceOrg: {
			"AttachPolicy", "DetachPolicy", "UpdatePolicy", "DeletePolicy",
			"EnablePolicyType", "DisablePolicyType", "MoveAccount",
		},
		sourceSSO: {
			"PutInlinePolicyToPermissionSet", "DeleteInlinePolicyFromPermissionSet",
			"AttachManagedPolicyToPermissionSet", "DetachManagedPolicyFromPermissionSet",
			"AttachCustomerManagedPolicyReferenceToPermissionSet",
			"DetachCustomerManagedPolicyReferenceFromPermissionSet",
			"PutPermissionsBoundaryToPermissionSet", "DeletePermissionsBoundaryFromPermissionSet",
			"ProvisionPermissionSet",
		},
		sourceEC2: {
			"ModifyVpcEndpoint", "CreateVpcEndpoint",
			"EnableEbsEncryptionByDefault", "DisableEbsEncryptionByDefault",
			"ModifyEbsDefaultKmsKeyId", "ResetEbsDefaultKmsKeyId",
		},
	},
})

func build(byKind map[Kind]map[string][]string) map[call]Kind {
	m := make(map[call]Kind)
	for kind, bySource := range byKind {
		for source, names := range bySource {
			for _, name := range names {
				m[call{source, name}] = kind
			}
		}
	}
	return m
}

// facts are what there is to say of a call by its name.
type facts struct {
	kind  Kind
	kms   bool
	reads bool
}

func factsOf(source, name string) facts {
	f := facts{kind: interest[call{source, name}], kms: source == sourceKMS}
	for _, verb := range []string{"Describe", "Get", "List", "Head", "Lookup"} {
		f.reads = f.reads || strings.HasPrefix(name, verb)
	}
	return f
}

// IsKMS reports whether the record is of KMS.
func (h *Head) IsKMS() bool { return h.kms }

// IsLaunch reports whether the record is of a launch that succeeded.
func (h *Head) IsLaunch() bool { return h.kind == Launch && h.errorCode == "" }

// Reads reports whether the record's call is named as one that only reads. The
// record's own readOnly is not in every version of the format.
func (h *Head) Reads() bool { return h.reads }
