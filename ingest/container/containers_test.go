package container

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"grantrail/ingest/custody"
)

const (
	change  = `{"detail-type":"EC2 Instance State-change Notification","detail":{"instance-id":"i-1","state":"stopped"}}`
	item    = `{"configurationItemCaptureTime":"2026-03-02T10:22:00.000Z","resourceType":"AWS::EC2::Instance"}`
	s3event = `{"eventVersion":"2.5","eventSource":"aws:s3","eventName":"ObjectCreated:Put"}`
	line    = `2026-03-02T10:20:31.000Z `
)

// quote is a value as the text of a JSON string.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func lookup(s string) string { //nolint:unparam // reads as what it wraps
	return `{"EventId":"1","EventName":"A","CloudTrailEvent":` + quote(s) + `}`
}
func sns(s string) string { return `{"Type":"Notification","Message":` + quote(s) + `}` }
func batch(kind, s string) string {
	return `{"messageType":"` + kind + `","logEvents":[{"id":"1","timestamp":1,"message":` + quote(s) + `}]}`
}

func packed(t testing.TB, s string) string {
	return `{"awslogs":{"data":"` + base64.StdEncoding.EncodeToString(zip(t, []byte(s))) + `"}}`
}

// TestContainers: every container in a pair with its near miss.
func TestContainers(t *testing.T) {
	for _, c := range []struct {
		name, data string
		state      custody.State
		items      string // classes, in order
	}{
		{"record", rec, custody.Read, "R"},
		{"record of another service", s3event, custody.Skipped, ""},
		{"record without a name", `{"eventVersion":"1.11"}`, custody.Skipped, ""},
		{"pretty record", "{\n \"eventVersion\": \"1.11\",\n \"eventName\": \"A\"\n}\n", custody.Read, "R"},
		{"array", "[" + rec + ",\n" + rec + "]\n", custody.Read, "RR"},
		{"array and more", "[" + rec + "]" + rec, custody.Partial, "R"},
		{"array of others", `[1,{"a":1}]`, custody.Skipped, ""},
		{"empty array", `[]`, custody.Skipped, ""},
		{"cut array", "[" + rec + `,{"a"`, custody.Partial, "R"},
		{"array cut at once", `[{"a"`, custody.Unread, ""},
		{"lines", rec + "\n" + rec + "\n", custody.Read, "RR"},
		{"lines with one nameless", rec + "\n" + `{"eventVersion":"1.11"}`, custody.Read, "RR"},
		{"mixed lines", rec + change + item + lookup(rec), custody.Read, "RSCR"},
		{"evidence behind others", `{"a":1}` + rec, custody.Read, "R"},
		{"others", `{"a":1}{"b":2}]`, custody.Skipped, ""},
		{"cut lines", rec + `{"a":`, custody.Partial, "R"},

		{"lookup", `{"Events":[` + lookup(rec) + `],"NextToken":"x"}`, custody.Read, "R"},
		{"lookup pages", `{"Events":[` + lookup(rec) + `]}{"Events":[` + lookup(rec) + `]}`, custody.Read, "RR"},
		{"lookup events", lookup(rec) + "\n" + lookup(rec), custody.Read, "RR"},
		{"lookup array", "[" + lookup(rec) + "]", custody.Read, "R"},
		{"Lake, a row a line", `{"eventJson":` + quote(rec) + `}` + "\n" + `{"eventjson":` + quote(rec) + `}`, custody.Read, "RR"},
		{"Lake, an array", `[{"eventJson":` + quote(rec) + `}]`, custody.Read, "R"},
		{"Lake, a query", `{"QueryStatus":"FINISHED","QueryResultRows":[[{"eventJson":` + quote(rec) + `}],[{"eventTime":"x"},{"eventJson":` + quote(rec) + `}]]}`, custody.Read, "RR"},
		{"Lake, other columns", `{"QueryResultRows":[[{"eventName":"x"}]]}`, custody.Skipped, ""},
		{"Lake of others", `{"eventJson":"{\"a\":1}"}`, custody.Skipped, ""},
		{"nothing looked up", `{"Events":[]}`, custody.Read, ""},
		{"lookup without record", `{"Events":[{"EventId":"1","EventName":"A"}]}`, custody.Read, "R"},
		{"events of RDS", `{"Events":[{"SourceIdentifier":"db","Message":"stopped"}]}`, custody.Skipped, ""},

		{"SNS", sns(rec), custody.Read, "R"},
		{"SNS of S3", sns(`{"Records":[` + s3event + `]}`), custody.Skipped, ""},
		{"SNS of text", sns("hello"), custody.Skipped, ""},
		{"subscription to SNS", strings.Replace(sns(rec), "Notification", "SubscriptionConfirmation", 1), custody.Skipped, ""},
		{"SNS by Lambda", `{"Records":[{"EventSource":"aws:sns","Sns":` + sns(change) + `}]}`, custody.Read, "S"},
		{"SQS", `{"Messages":[{"MessageId":"1","Body":` + quote(change) + `}]}`, custody.Read, "S"},
		{"SQS of others", `{"Messages":[{"MessageId":"1","Body":"hi"}]}`, custody.Skipped, ""},
		{"SQS by Lambda", `{"Records":[{"receiptHandle":"x","body":` + quote(sns(rec)) + `}]}`, custody.Read, "R"},
		{"SQS by Lambda, escaped", `{"Records":[{"receiptHandle":"x","bod\u0079":` + quote(sns(rec)) + `}]}`, custody.Read, "R"},
		{"record of another service, escaped", strings.Replace(s3event, "aws:", `aws\u003a`, 1), custody.Skipped, ""},
		{"SQS by Lambda, one a line", `{"Records":[{"receiptHandle":"x","body":` + quote(rec) + `}]}` + "\n" + `{"Records":[{"receiptHandle":"y","body":` + quote(rec) + `}]}`, custody.Read, "RR"},
		{"record and SQS, and more", `{"Records":[` + rec + `,{"receiptHandle":"x","body":` + quote(rec) + `}]}{"Records":[` + rec + `]}`, custody.Partial, "RR"},
		{"S3 by SQS by Lambda", `{"Records":[{"receiptHandle":"x","body":` + quote(`{"Records":[`+s3event+`]}`) + `}]}`, custody.Read, "R"}, // the message, for the decoder to name
		{"log file in SNS", sns(`{"Records":[` + rec + `,` + rec + `]}`), custody.Read, "RR"},

		{"export", line + rec + "\n" + line + rec + "\n", custody.Read, "RR"},
		{"export with other lines", line + rec + "\nhello\n" + line + `{"a":1}` + "\n", custody.Read, "R"},
		{"export of others", line + `{"a":1}`, custody.Skipped, ""},
		{"export without JSON", line + `hello`, custody.Skipped, ""},
		{"bad line", line + rec + "\n" + line + "{x}\n" + line + rec + "\n", custody.Partial, "RR"},
		{"cut line", line + rec + "\n" + line + `{"a`, custody.Partial, "R"},
		{"batch", batch("DATA_MESSAGE", rec) + batch("DATA_MESSAGE", change), custody.Read, "RS"},
		{"control message", batch("CONTROL_MESSAGE", rec), custody.Skipped, ""},
		{"second control message", batch("DATA_MESSAGE", rec) + batch("CONTROL_MESSAGE", rec), custody.Read, "R"},
		{"batch of others", batch("DATA_MESSAGE", "hello"), custody.Skipped, ""},
		{"filtered log events", `{"events":[{"timestamp":1,"message":` + quote(rec) + `}]}`, custody.Read, "R"},
		{"batch by Lambda", packed(t, batch("DATA_MESSAGE", rec)), custody.Read, "R"},
		{"batch that is no gzip", `{"awslogs":{"data":"aGVsbG8="}}`, custody.Partial, ""},
		{"gzip in gzip", string(zip(t, zip(t, []byte(batch("DATA_MESSAGE", rec))))), custody.Read, "R"},
		{"gzip in gzip in gzip", string(zip(t, zip(t, zip(t, []byte(rec))))), custody.Skipped, ""},

		{"Config", `{"fileVersion":"1.0","configurationItems":[` + item + `,` + item + `]}`, custody.Read, "CC"},
		{"Config without items", `{"configurationItems":[]}`, custody.Read, ""},
		{"Config item", item, custody.Read, "C"},
		{"Config rule result", `{"resultRecordedTime":"x","resourceType":"AWS::EC2::Instance"}`, custody.Skipped, ""},
		{"Config notification", `{"configurationItemDiff":null,"configurationItem":` + item + `}`, custody.Read, "C"},
		{"Config by SNS", sns(`{"configurationItem":` + item + `}`), custody.Read, "C"},
		{"Config by EventBridge", `{"detail-type":"Config Configuration Item Change","detail":{"configurationItem":` + item + `}}`, custody.Read, "C"},
		{"described", `{"Reservations":[{"OwnerId":"1","Instances":[]},{"OwnerId":"1","Instances":[]}]}`, custody.Read, "II"},
		{"described volumes", `{"Volumes":[]}`, custody.Skipped, ""},
		{"volume event", `{"detail-type":"EBS Volume Notification","detail":{}}`, custody.Read, "V"},
		{"snapshot event", `{"detail-type":"EBS Snapshot Notification","detail":{}}`, custody.Skipped, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got strings.Builder
			res, err := NewReader(nil).Read(strings.NewReader(c.data), func(it Item) bool { return got.WriteByte("RSVDCI"[it.Class]) == nil })
			if err != nil || got.String() != c.items || res.State != c.state {
				t.Errorf("state %d, items %q, %v, %v; want state %d, items %q", res.State, got.String(), res.Warnings, err, c.state, c.items)
			}
		})
	}
}

// TestArchive: archives are named and left to the caller, by content.
func TestArchive(t *testing.T) {
	tarred := strings.Repeat("x", tarAt) + tarMagic + "\x0000" + strings.Repeat("\x00", 1024)
	for _, c := range []struct {
		name, data string
		want       Archive
	}{
		{"zip", zipMagic + "…", Zip},
		{"tar", tarred, Tar},
		{"tar.gz", string(zip(t, []byte(tarred))), Tar},
		{"parquet", parquetMagic + "…", Parquet},
		{"near parquet", "PAR2…", NoArchive},
		{"near zip", "PK\x05\x06", NoArchive},
		{"near tar", strings.Replace(tarred, tarMagic, "ustaR", 1), NoArchive},
	} {
		res, err := NewReader(nil).Read(strings.NewReader(c.data), func(Item) bool { return true })
		if err != nil || res.Archive != c.want {
			t.Errorf("%s: archive %d, %v; want %d", c.name, res.Archive, err, c.want)
		}
	}
}

// TestLineOffsets: in an export an item's offset is where its message stands.
func TestLineOffsets(t *testing.T) {
	data := strings.Repeat(line+rec+"\r\n", 3000)
	n := 0
	if _, err := NewReader(nil).Read(strings.NewReader(data), func(it Item) bool {
		if got := data[it.Offset : it.Offset+int64(len(it.Raw))]; got != string(it.Raw) || it.Index != n {
			t.Fatalf("item %d: at its offset stands %q", it.Index, got)
		}
		n++
		return true
	}); err != nil || n != 3000 {
		t.Fatal(n, err)
	}
}

// TestDamagedInside: damage of the outer gzip is not the storage's.
func TestDamagedInside(t *testing.T) {
	data := zip(t, zip(t, []byte(strings.Repeat(line+rec+fmt.Sprint(t)+"\n", 9))))
	_, res := collect(t, data[:len(data)-12])
	if res.State == custody.Read || res.Warnings[len(res.Warnings)-1].Kind != custody.KindGzipTruncated {
		t.Errorf("%+v", res)
	}
}
