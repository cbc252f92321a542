package trailtest

import (
	"bytes"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
)

// The kinds of files that Security Lake writes: source version 2 has the
// request and the answer as JSON, version 1 spreads them over unmapped.
const (
	lake1 = "securitylake-1"
	lake2 = "securitylake"
)

func (f *file) isLake() bool { return f.kind == lake1 || f.kind == lake2 }

// lakeName is the object's name in Security Lake.
func (f *file) lakeName(delivered time.Time, seed string) string {
	version := "2.0"
	if f.kind == lake1 {
		version = "1.0"
	}
	return path.Join("aws", "CLOUD_TRAIL_MGMT", version, "region="+f.region, "accountId="+f.account,
		"eventDay="+delivered.Format("20060102"), code(32, "lake", seed)+".gz.parquet")
}

// str, obj and arr shorten the schemas below.
var str = arrow.BinaryTypes.String

func obj(fields ...arrow.Field) arrow.DataType { return arrow.StructOf(fields...) }

func col(name string, t arrow.DataType) arrow.Field {
	return arrow.Field{Name: name, Type: t, Nullable: true}
}

func strs(names ...string) []arrow.Field {
	out := make([]arrow.Field, len(names))
	for i, n := range names {
		out[i] = col(n, str)
	}
	return out
}

// lakeSchema is the columns of a version: OCSF 1.0.0-rc.2 calls the actor
// identity and its ARN uuid.
func lakeSchema(kind string) *arrow.Schema {
	actor, user, arn := "actor", []arrow.Field{col("account", obj(strs("uid")...))}, "uid_alt"
	if kind == lake1 {
		actor, user, arn = "identity", strs("account_uid"), "uuid"
	}
	user = append(user, strs("type", "name", "uid", arn, "credential_uid")...)
	return arrow.NewSchema([]arrow.Field{
		col("time", arrow.PrimitiveTypes.Int64), col("class_uid", arrow.PrimitiveTypes.Int32),
		col("metadata", obj(append(strs("uid", "event_code", "version"), col("product", obj(strs("name", "version")...)))...)),
		col("api", obj(append(strs("operation"),
			col("response", obj(strs("error", "message", "data")...)),
			col("request", obj(strs("uid", "data")...)),
			col("service", obj(strs("name")...)))...)),
		col(actor, obj(append(strs("invoked_by"), col("user", obj(user...)), col("session", obj(strs("issuer")...)))...)),
		col("cloud", obj(append(strs("region", "provider"), col("account", obj(strs("uid")...)))...)),
		col("src_endpoint", obj(strs("ip", "domain")...)),
		col("http_request", obj(strs("user_agent")...)),
		col("resources", arrow.ListOf(obj(strs("uid", "type", "account_uid")...))),
		col("unmapped", arrow.MapOf(str, str)),
	}, nil)
}

// lake is the object as Parquet, in row groups of a few rows so that a damage
// has something before and behind it.
func (f *file) lake() ([]byte, error) {
	var rows list
	for _, e := range f.elements {
		record, ok := e.body.(object)
		if !ok {
			return nil, fmt.Errorf("a %s file holds records only", f.kind)
		}
		rows = append(rows, lakeRow(record, f.kind))
	}
	schema := lakeSchema(f.kind)
	rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, bytes.NewReader(appendJSON(nil, rows)))
	if err != nil {
		return nil, fmt.Errorf("making rows: %w", err)
	}
	defer rec.Release()
	table := array.NewTableFromRecords(schema, []arrow.Record{rec})
	defer table.Release()
	var out bytes.Buffer
	props := parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Gzip), parquet.WithCreatedBy("trailtest"))
	if err := pqarrow.WriteTable(table, &out, 4, props, pqarrow.DefaultWriterProps()); err != nil {
		return nil, fmt.Errorf("writing Parquet: %w", err)
	}
	return out.Bytes(), nil
}

// lakeRow is a record as OCSF has it. What has no column goes to unmapped.
func lakeRow(r object, kind string) object {
	left := map[string]any{}
	for _, m := range r {
		left[m.name] = m.value
	}
	take := func(name string) any {
		v := left[name]
		delete(left, name)
		return v
	}
	id, _ := take("userIdentity").(object)
	issuer, _ := id.get("sessionContext").(object)
	issuer, _ = issuer.get("sessionIssuer").(object)
	at, _ := time.Parse(time.RFC3339, fmt.Sprint(take("eventTime")))
	request, response := take("requestParameters"), take("responseElements")
	actor, user, arn, principal := "actor", object{{"account", object{{"uid", id.get("accountId")}}}}, "uid", "uid_alt"
	requestText, responseText := jsonText(request), jsonText(response)
	unmapped := list{}
	if kind == lake1 {
		actor, user, arn, principal = "identity", object{{"account_uid", id.get("accountId")}}, "uuid", "uid"
		requestText, responseText = nil, nil
		unmapped = spread(spread(unmapped, "requestParameters", request), "responseElements", response)
	}
	user = append(user, member{"type", id.get("type")}, member{"name", id.get("userName")},
		member{arn, id.get("arn")}, member{principal, id.get("principalId")}, member{"credential_uid", id.get("accessKeyId")})
	address := fmt.Sprint(take("sourceIPAddress"))
	endpoint := object{{"ip", address}}
	if strings.HasSuffix(address, "amazonaws.com") {
		endpoint = object{{"domain", address}}
	}
	out := object{
		{"time", at.UnixMilli()}, {"class_uid", int64(6003)},
		{"metadata", object{{"uid", take("eventID")}, {"event_code", take("eventType")}, {"version", "1.1.0"},
			{"product", object{{"name", "CloudTrail"}, {"version", take("eventVersion")}}}}},
		{"api", object{{"operation", take("eventName")}, {"service", object{{"name", take("eventSource")}}},
			{"response", object{{"error", take("errorCode")}, {"message", take("errorMessage")}, {"data", responseText}}},
			{"request", object{{"uid", take("requestID")}, {"data", requestText}}}}},
		{actor, object{{"invoked_by", id.get("invokedBy")}, {"user", user}, {"session", object{{"issuer", issuer.get("arn")}}}}},
		{"cloud", object{{"region", take("awsRegion")}, {"provider", "AWS"}, {"account", object{{"uid", take("recipientAccountId")}}}}},
		{"src_endpoint", endpoint}, {"http_request", object{{"user_agent", take("userAgent")}}},
		{"resources", lakeResources(take("resources"))},
	}
	for _, m := range r {
		if v, ok := left[m.name]; ok {
			unmapped = spread(unmapped, m.name, v)
		}
	}
	return append(out, member{"unmapped", unmapped})
}

func lakeResources(v any) any {
	all, _ := v.(list)
	out := list{}
	for _, one := range all {
		if r, ok := one.(object); ok {
			out = append(out, object{{"uid", r.get("ARN")}, {"type", r.get("type")}, {"account_uid", r.get("accountId")}})
		}
	}
	return out
}

// spread adds a value to unmapped: an object member by member, a list as JSON.
func spread(to list, name string, v any) list {
	switch v := v.(type) {
	case nil:
		return to
	case object:
		for _, m := range v {
			to = spread(to, name+"."+m.name, m.value)
		}
		return to
	case string:
		return append(to, object{{"key", name}, {"value", v}})
	}
	return append(to, object{{"key", name}, {"value", string(appendJSON(nil, v))}})
}

func jsonText(v any) any {
	if v == nil {
		return nil
	}
	return string(appendJSON(nil, v))
}
