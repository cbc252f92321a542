package main

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
)

// exports are the records as columns in Parquet, by DuckDB and by grantrail:
// the same ones, without the whole record. DuckDB writes one file, and grantrail
// one for each account, region and day.
func exports(self, grantrail, dir, to string) []*peer {
	return []*peer{
		{name: "**grantrail export --no-raw**, 2 workers", args: []string{grantrail, "export", "--quiet", "--no-raw", "--no-verify", "--jobs", "2", "--clobber", "-o", filepath.Join(to, "grantrail"), dir}},
		{name: "**grantrail export**, 2 workers", args: []string{grantrail, "export", "--quiet", "--no-verify", "--jobs", "2", "--clobber", "-o", filepath.Join(to, "grantrail"), dir}},
		{name: "DuckDB, the columns of --no-raw to Parquet, 2 threads", args: []string{self, "export", dir, filepath.Join(to, "duckdb.parquet")}},
	}
}

// exported are the columns of package ingest/export that a log file says, by
// where DuckDB finds them in a record.
var exported = []string{
	"eventID", "eventTime", "eventName", "eventSource", "eventVersion", "eventType", "eventCategory", "awsRegion", "recipientAccountId",
	"sourceIPAddress", "userAgent", "errorCode", "errorMessage", "requestID", "sharedEventID", "apiVersion", "vpcEndpointId",
	"userIdentity.type", "userIdentity.arn", "userIdentity.principalId", "userIdentity.accountId", "userIdentity.userName",
	"userIdentity.accessKeyId", "userIdentity.invokedBy", "userIdentity.sessionContext.sessionIssuer.type",
	"userIdentity.sessionContext.sessionIssuer.arn", "userIdentity.sessionContext.sessionIssuer.accountId",
	"userIdentity.sessionContext.sessionIssuer.userName", "userIdentity.sessionContext.sessionIssuer.principalId",
	"userIdentity.sessionContext.attributes.mfaAuthenticated", "userIdentity.sessionContext.attributes.creationDate",
	"tlsDetails.tlsVersion", "tlsDetails.cipherSuite", "readOnly", "managementEvent", "requestParameters", "responseElements",
	"additionalEventData", "serviceEventDetails", "resources",
}

const recordType = `STRUCT(eventVersion VARCHAR, eventTime TIMESTAMP, eventSource VARCHAR, eventName VARCHAR, awsRegion VARCHAR, sourceIPAddress VARCHAR,
	userAgent VARCHAR, errorCode VARCHAR, errorMessage VARCHAR, requestParameters JSON, responseElements JSON, additionalEventData JSON,
	requestID VARCHAR, eventID VARCHAR, readOnly BOOLEAN, resources STRUCT(ARN VARCHAR, "type" VARCHAR, accountId VARCHAR)[], eventType VARCHAR,
	managementEvent BOOLEAN, recipientAccountId VARCHAR, eventCategory VARCHAR, sharedEventID VARCHAR, apiVersion VARCHAR, vpcEndpointId VARCHAR,
	serviceEventDetails JSON, tlsDetails STRUCT(tlsVersion VARCHAR, cipherSuite VARCHAR),
	userIdentity STRUCT(type VARCHAR, arn VARCHAR, principalId VARCHAR, accountId VARCHAR, userName VARCHAR, accessKeyId VARCHAR, invokedBy VARCHAR,
		sessionContext STRUCT(sessionIssuer STRUCT(type VARCHAR, arn VARCHAR, accountId VARCHAR, userName VARCHAR, principalId VARCHAR),
			attributes STRUCT(mfaAuthenticated VARCHAR, creationDate VARCHAR))))`

// export has DuckDB write the columns.
func export(dir, to string) error {
	db, err := sql.Open("duckdb", "?threads=2&preserve_insertion_order=false")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	quoted := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
	var selected []string
	for i, path := range exported {
		selected = append(selected, fmt.Sprintf("r.%s AS c%d", path, i))
	}
	_, err = db.Exec(`COPY (SELECT ` + strings.Join(selected, ", ") + `, object
		FROM (SELECT unnest(Records) AS r, filename AS object FROM read_json(` + quoted(filepath.Join(dir, "**", "*.json.gz")) + `,
			compression='gzip', maximum_object_size=268435456, filename=true, columns={Records: ` + quoted(recordType+"[]") + `})))
		TO ` + quoted(to) + ` (FORMAT parquet, COMPRESSION zstd)`)
	return err
}
