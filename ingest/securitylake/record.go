package securitylake

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// row is the values of one row by the name of their column.
type row map[string][]string

// get is the first value that one of the columns has.
func (r row) get(names ...string) string {
	for _, name := range names {
		if v := r[name]; len(v) > 0 && v[0] != "" {
			return v[0]
		}
	}
	return ""
}

// cloudTrail reports whether the row is CloudTrail's.
func (r row) cloudTrail() bool {
	return strings.EqualFold(r.get("metadata.product.name"), "CloudTrail") && r.get("api.operation") != ""
}

// plainMembers are the members of a record that are one text, and the columns
// that hold it.
var plainMembers = []struct {
	name    string
	columns []string
}{
	{"eventVersion", []string{"metadata.product.version"}},
	{"eventSource", []string{"api.service.name"}},
	{"eventName", []string{"api.operation"}},
	{"awsRegion", []string{"cloud.region"}},
	{"sourceIPAddress", []string{"src_endpoint.ip", "src_endpoint.domain"}},
	{"userAgent", []string{"http_request.user_agent"}},
	{"errorCode", []string{"api.response.error"}},
	{"errorMessage", []string{"api.response.message"}},
	{"requestID", []string{"api.request.uid"}},
	{"eventID", []string{"metadata.uid"}},
	{"eventType", []string{"metadata.event_code"}},
	{"recipientAccountId", []string{"cloud.account.uid", "cloud.account_uid"}},
}

// record is the row as a CloudTrail record.
func (r row) record() []byte {
	rec := object{}
	r.unmapped(rec)
	for _, m := range plainMembers {
		if v := r.get(m.columns...); v != "" && rec[m.name] == nil {
			rec[m.name] = v
		}
	}
	if at := r.time(); at != "" {
		rec["eventTime"] = at
	}
	identity := rec.child("userIdentity")
	for name, v := range r.identity() {
		identity[name] = v
	}
	for name, column := range map[string]string{"requestParameters": "api.request.data", "responseElements": "api.response.data"} {
		if v := r.get(column); v != "" && v != "null" {
			rec[name] = opened(v)
		}
	}
	if list := r.resources(); len(list) > 0 {
		rec["resources"] = list
	}
	raw, err := json.Marshal(rec)
	if err != nil {
		panic(fmt.Sprintf("marshalling a record of plain values: %v", err))
	}
	return raw
}

// time is eventTime in the spelling of a record, or "" where the row has none.
func (r row) time() string {
	ms, err := strconv.ParseInt(r.get("time", "time_dt"), 10, 64)
	if err != nil {
		return r.get("time_dt") // text, where the column is
	}
	return time.UnixMilli(ms).UTC().Format(time.RFC3339)
}

// identity is userIdentity. Which of two columns holds the ARN differs over
// versions; the ARN is known by its form.
func (r row) identity() object {
	id := object{}
	for _, actor := range []string{"actor", "identity"} {
		for _, column := range []string{"uid", "uid_alt", "uuid"} {
			v := r.get(actor + ".user." + column)
			if name := "principalId"; v != "" {
				if strings.HasPrefix(v, "arn:") {
					name = "arn"
				}
				id[name] = v
			}
		}
		for name, columns := range map[string][]string{
			"type":        {".user.type"},
			"userName":    {".user.name"},
			"accessKeyId": {".user.credential_uid"},
			"accountId":   {".user.account.uid", ".user.account_uid"},
			"invokedBy":   {".invoked_by"},
		} {
			for _, column := range columns {
				if v := r.get(actor + column); v != "" {
					id[name] = v
				}
			}
		}
		if issuer := r.get(actor + ".session.issuer"); issuer != "" {
			id["sessionContext"] = object{"sessionIssuer": object{"arn": issuer}}
		}
	}
	return id
}

// resources are the record's, from columns that run in parallel.
func (r row) resources() []any {
	var out []any
	for i, arn := range r["resources.uid"] {
		if arn == "" {
			continue
		}
		res := object{"ARN": arn}
		for _, column := range []string{"resources.account.uid", "resources.account_uid", "resources.owner.account.uid"} {
			if v := r[column]; i < len(v) && v[i] != "" {
				res["accountId"] = v[i]
			}
		}
		if v := r["resources.type"]; i < len(v) && v[i] != "" {
			res["type"] = v[i]
		}
		out = append(out, res)
	}
	return out
}
