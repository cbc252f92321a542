// Package export writes records as columns, for DuckDB, pandas, Athena and
// whatever else reads Parquet or Arrow.
//
// # Files
//
//	DIR/account=111122223333/region=eu-west-1/day=2026-03-02/part-0000.parquet
//
// by account (recipientAccountId, else the caller's), awsRegion and day of
// eventTime in UTC, spelt as Hive does: what is not a lower-case letter, digit,
// dot, dash or underscore is percent-encoded, what is empty is
// __HIVE_DEFAULT_PARTITION__, and what is too long for a name is cut, with its
// hash behind it. No two values share a folder. A partition has several parts where its records
// came far apart. Within a part, records stand in the order of their objects'
// names and of their places in them. Arrow files are of the IPC file format and
// end in .arrow. Both are compressed with zstd; Parquet has statistics, row
// groups of about a million values, and dictionaries of the columns that repeat.
//
// # Columns
//
// Text is as CloudTrail wrote it, null where it is absent or null. Columns that
// end in _json are JSON text.
//
//	event_id, event_time (timestamp, µs, UTC), event_name, event_source,
//	event_version, event_type, event_category, aws_region,
//	recipient_account_id, source_ip_address, user_agent, error_code,
//	error_message, request_id, shared_event_id, api_version, vpc_endpoint_id,
//	identity_type, identity_arn, identity_principal_id, identity_account_id,
//	identity_user_name, identity_access_key_id, identity_invoked_by,
//	issuer_type, issuer_arn, issuer_account_id, issuer_user_name,
//	issuer_principal_id, session_mfa, session_created, tls_version, tls_cipher,
//	read_only, management_event (boolean), request_parameters_json,
//	response_elements_json, additional_event_data_json,
//	service_event_details_json, resource_arns, resource_types,
//	resource_accounts (lists, of one length), object, record, digest_verdict,
//	raw_json
//
// object and record say where the record stands, digest_verdict what the
// digests at hand say of that object: one of package custody's verdicts, null
// where there are no digests. raw_json is the whole record, and can be left out.
package export

import (
	"github.com/apache/arrow/go/v17/arrow"

	"grantrail/ingest/record"
)

// columns are those that are copied from a record as they are.
var columns = [...]struct {
	name  string
	field record.Field
}{
	{"event_id", record.EventID}, {"event_name", record.EventName}, {"event_source", record.EventSource},
	{"event_version", record.EventVersion}, {"event_type", record.EventType}, {"event_category", record.EventCategory},
	{"aws_region", record.Region}, {"recipient_account_id", record.Recipient}, {"source_ip_address", record.SourceIP},
	{"user_agent", record.Agent}, {"error_code", record.ErrorCode}, {"error_message", record.ErrorMessage},
	{"request_id", record.RequestID}, {"shared_event_id", record.SharedEventID}, {"api_version", record.APIVersion},
	{"vpc_endpoint_id", record.VPCEndpoint}, {"identity_type", record.IdentityType}, {"identity_arn", record.IdentityARN},
	{"identity_principal_id", record.IdentityPrincipal}, {"identity_account_id", record.IdentityAccount},
	{"identity_user_name", record.IdentityUser}, {"identity_access_key_id", record.IdentityKey},
	{"identity_invoked_by", record.IdentityInvokedBy}, {"issuer_type", record.IssuerType}, {"issuer_arn", record.IssuerARN},
	{"issuer_account_id", record.IssuerAccount}, {"issuer_user_name", record.IssuerUser},
	{"issuer_principal_id", record.IssuerPrincipal}, {"session_mfa", record.SessionMFA}, {"session_created", record.SessionCreated},
	{"tls_version", record.TLSVersion}, {"tls_cipher", record.TLSCipher},
	{"request_parameters_json", record.Request}, {"response_elements_json", record.Response},
	{"additional_event_data_json", record.Additional}, {"service_event_details_json", record.ServiceDetails},
}

// fields are those of the columns.
var fields = func() (all [len(columns)]record.Field) {
	for i := range columns {
		all[i] = columns[i].field
	}
	return all
}()

var (
	text    = arrow.BinaryTypes.String
	texts   = arrow.ListOf(arrow.BinaryTypes.String)
	boolean = arrow.FixedWidthTypes.Boolean
	moment  = &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
)

// The columns behind those that are copied.
var further = []arrow.Field{
	{Name: "event_time", Type: moment},
	{Name: "read_only", Type: boolean, Nullable: true},
	{Name: "management_event", Type: boolean, Nullable: true},
	{Name: "resource_arns", Type: texts},
	{Name: "resource_types", Type: texts},
	{Name: "resource_accounts", Type: texts},
	{Name: "object", Type: text},
	{Name: "record", Type: arrow.PrimitiveTypes.Int32},
	{Name: "digest_verdict", Type: text, Nullable: true},
}

const rawColumn = "raw_json"

// schemaOf is the schema, with or without the whole record.
func schemaOf(raw bool) *arrow.Schema {
	var fields []arrow.Field
	for _, c := range columns {
		fields = append(fields, arrow.Field{Name: c.name, Type: text, Nullable: true})
	}
	fields = append(fields, further...)
	if raw {
		fields = append(fields, arrow.Field{Name: rawColumn, Type: text})
	}
	return arrow.NewSchema(fields, nil)
}
