package table

// ID is the row's eventID.
func (t *Table) ID(row int) string { return t.text(row, colID) }

// Name is the row's eventName.
func (t *Table) Name(row int) string { return t.text(row, colName) }

// Source is the row's eventSource.
func (t *Table) Source(row int) string { return t.text(row, colSource) }

// Region is the row's awsRegion.
func (t *Table) Region(row int) string { return t.text(row, colRegion) }

// Account is the account in whose trail the record was written.
func (t *Table) Account(row int) string { return t.text(row, colAccount) }

// Caller is the account of the row's caller, or "".
func (t *Table) Caller(row int) string { return t.text(row, colIdentityAccount) }

// Request is the row's requestID, in lower case.
func (t *Table) Request(row int) string { return t.text(row, colRequest) }

// replaces is the eventID that the row's addendum supersedes, or "".
func (t *Table) replaces(row int) string { return t.text(row, colReplaces) }

// ErrorCode is the row's errorCode, or "" where the call succeeded.
func (t *Table) ErrorCode(row int) string { return t.text(row, colErrorCode) }

// ErrorMessage is the row's errorMessage.
func (t *Table) ErrorMessage(row int) string { return t.text(row, colErrorMessage) }

// ARN is the ARN of the row's caller, or "".
func (t *Table) ARN(row int) string { return t.text(row, colIdentityARN) }

// Issuer is the ARN of the role that the row's session is of, with its path, or
// "".
func (t *Table) Issuer(row int) string { return t.text(row, colIssuer) }

// InvokedBy is the service that made the call for the caller, or "".
func (t *Table) InvokedBy(row int) string { return t.text(row, colInvokedBy) }

// SourceIP is the row's sourceIPAddress: an address, or a service's host name.
func (t *Table) SourceIP(row int) string { return t.text(row, colSourceIP) }

// Key is the KMS key as the record names it: an ARN, a bare id or an alias.
func (t *Table) Key(row int) string { return t.text(row, colKey) }

// GrantID is the id of the grant that the row gives, takes back or uses.
func (t *Table) GrantID(row int) string { return t.text(row, colGrantID) }

// Grantee is the instance that a grant is for or that decrypts, or "".
func (t *Table) Grantee(row int) string { return t.text(row, colGrantee) }

// Service is another AWS service that the call was really made for, or "".
func (t *Table) Service(row int) string { return t.text(row, colService) }

// Target is what a change is about, or the grantee of a grant that is for no
// instance.
func (t *Table) Target(row int) string { return t.text(row, colTarget) }

// Policy is the policy that a change attaches or alters, or the group that a
// user joins or leaves.
func (t *Table) Policy(row int) string { return t.text(row, colPolicy) }

// StateReason is the code of why an instance is in its state, as AWS Config or
// a saved describe-instances gives it, or "".
func (t *Table) StateReason(row int) string { return t.text(row, colStateReason) }

// Instances are the row's instance ids.
func (t *Table) Instances(row int) []string { return t.list(row, colInstances) }

// States are the instances' states before the call, or the new state of a
// state change; parallel to Instances, "" where unknown.
func (t *Table) States(row int) []string { return t.list(row, colStates) }

// Volumes are the row's volume ids.
func (t *Table) Volumes(row int) []string { return t.list(row, colVolumes) }

// Interfaces are the row's network interfaces and the instance of each, ""
// where unknown.
func (t *Table) Interfaces(row int) (ids, owners []string) {
	return t.list(row, colInterfaces), t.list(row, colOwners)
}

// Identity is the row's userIdentity.
func (t *Table) Identity(row int) Identity {
	return Identity{
		Type: t.text(row, colIdentityType), ARN: t.text(row, colIdentityARN),
		PrincipalID: t.text(row, colPrincipalID), Account: t.text(row, colIdentityAccount),
		UserName: t.text(row, colUserName), Issuer: t.text(row, colIssuer),
		InvokedBy: t.text(row, colInvokedBy),
	}
}
