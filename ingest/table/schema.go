// Package table holds the events that the analysis can use as Arrow record
// batches, and is the one place that knows their columns.
//
// # Schema
//
// One row is one event. Rows stand in listing order of their objects, and in
// record order within an object, those of lesser copies behind all others; a batch holds at most [batchRows] of them.
// Strings that repeat are dictionary-encoded with 32-bit indices, one
// dictionary a batch. An empty string means absent; no column is nullable.
//
//	column          type                  meaning
//	kind            uint8                 record.Kind: the part the event plays
//	object          int32                 ordinal of the object in listing order, of those that gave events
//	record          int32                 zero-based position in the object's records
//	offset          int64                 of the record, or of the envelope around it, in the inflated object
//	length          int32                 of the same, in bytes; zero of a row of Parquet
//	nested          bool                  there may be such an envelope
//	time            timestamp[ns, UTC]    eventTime
//	event_id        string                eventID as written
//	event_name      dictionary            eventName
//	event_source    dictionary            eventSource
//	region          dictionary            awsRegion
//	account         dictionary            recipientAccountId, else the caller's account
//	request_id      string                requestID, lower case
//	shared_id       string                sharedEventID
//	replaces        string                eventID that this event's addendum supersedes
//	content         fixed binary[16]      first half of the SHA-256 of the canonical record
//	identity_type   dictionary            userIdentity.type
//	identity_arn    dictionary            userIdentity.arn
//	principal_id    dictionary            userIdentity.principalId
//	identity_account dictionary           userIdentity.accountId
//	user_name       dictionary            userName, else the session issuer's
//	issuer          dictionary            sessionContext.sessionIssuer.arn, with the role's path
//	invoked_by      dictionary            userIdentity.invokedBy
//	source_ip       dictionary            sourceIPAddress
//	user_agent      dictionary            userAgent
//	error_code      dictionary            errorCode
//	error_message   dictionary            errorMessage
//	key             dictionary            KMS key as the record names it
//	grant_id        string                grantId
//	grantee         dictionary            instance that a grant is for, or that decrypts
//	service         dictionary            other service that an encryption context or grantee names
//	instances       list<string>          instance ids
//	states          list<string>          state before the call, or new state, parallel to instances
//	interfaces      list<string>          network interface ids
//	owners          list<string>          instance of each interface
//	volumes         list<string>          volume ids
//	target          dictionary            what a change is about; grantee of a grant
//	policy          dictionary            policy that a change attaches or alters, or group that a user joins or leaves
//	state_reason    dictionary            code of why an instance is in its state (Config, describe-instances)
//
// # Ownership
//
// A [Builder] owns its memory until Finish hands it to the [Table]; Release
// gives it back. Strings read from a Table point into its buffers and are
// valid until Release.
package table

import "github.com/apache/arrow/go/v17/arrow"

// batchRows is the most rows in one record batch: large enough for column
// costs to vanish, small enough for the builder's memory to stay small.
const batchRows = 8192

var (
	dict  = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}
	text  = arrow.BinaryTypes.String
	texts = arrow.ListOf(arrow.BinaryTypes.String)
)

// The columns, in order.
const (
	colKind = iota
	colObject
	colRecord
	colOffset
	colLength
	colNested
	colTime
	colID
	colName
	colSource
	colRegion
	colAccount
	colRequest
	colShared
	colReplaces
	colContent
	colIdentityType
	colIdentityARN
	colPrincipalID
	colIdentityAccount
	colUserName
	colIssuer
	colInvokedBy
	colSourceIP
	colAgent
	colErrorCode
	colErrorMessage
	colKey
	colGrantID
	colGrantee
	colService
	colInstances
	colStates
	colInterfaces
	colOwners
	colVolumes
	colTarget
	colPolicy
	colStateReason

	columns // how many there are
)

// Schema is the Arrow schema of a table of events.
var Schema = arrow.NewSchema([]arrow.Field{
	colKind:            {Name: "kind", Type: arrow.PrimitiveTypes.Uint8},
	colObject:          {Name: "object", Type: arrow.PrimitiveTypes.Int32},
	colRecord:          {Name: "record", Type: arrow.PrimitiveTypes.Int32},
	colOffset:          {Name: "offset", Type: arrow.PrimitiveTypes.Int64},
	colLength:          {Name: "length", Type: arrow.PrimitiveTypes.Int32},
	colNested:          {Name: "nested", Type: arrow.FixedWidthTypes.Boolean},
	colTime:            {Name: "time", Type: &arrow.TimestampType{Unit: arrow.Nanosecond, TimeZone: "UTC"}},
	colID:              {Name: "event_id", Type: text},
	colName:            {Name: "event_name", Type: dict},
	colSource:          {Name: "event_source", Type: dict},
	colRegion:          {Name: "region", Type: dict},
	colAccount:         {Name: "account", Type: dict},
	colRequest:         {Name: "request_id", Type: text},
	colShared:          {Name: "shared_id", Type: text},
	colReplaces:        {Name: "replaces", Type: text},
	colContent:         {Name: "content", Type: &arrow.FixedSizeBinaryType{ByteWidth: 16}},
	colIdentityType:    {Name: "identity_type", Type: dict},
	colIdentityARN:     {Name: "identity_arn", Type: dict},
	colPrincipalID:     {Name: "principal_id", Type: dict},
	colIdentityAccount: {Name: "identity_account", Type: dict},
	colUserName:        {Name: "user_name", Type: dict},
	colIssuer:          {Name: "issuer", Type: dict},
	colInvokedBy:       {Name: "invoked_by", Type: dict},
	colSourceIP:        {Name: "source_ip", Type: dict},
	colAgent:           {Name: "user_agent", Type: dict},
	colErrorCode:       {Name: "error_code", Type: dict},
	colErrorMessage:    {Name: "error_message", Type: dict},
	colKey:             {Name: "key", Type: dict},
	colGrantID:         {Name: "grant_id", Type: text},
	colGrantee:         {Name: "grantee", Type: dict},
	colService:         {Name: "service", Type: dict},
	colInstances:       {Name: "instances", Type: texts},
	colStates:          {Name: "states", Type: texts},
	colInterfaces:      {Name: "interfaces", Type: texts},
	colOwners:          {Name: "owners", Type: texts},
	colVolumes:         {Name: "volumes", Type: texts},
	colTarget:          {Name: "target", Type: dict},
	colPolicy:          {Name: "policy", Type: dict},
	colStateReason:     {Name: "state_reason", Type: dict},
}, nil)
