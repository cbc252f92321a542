package trailtest

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/gzip"
)

// Bulk describes an archive by its size, for benchmarks: records of calls that
// have nothing to do with a launch, among them some that say the names of such
// calls in every other place than eventName, and a few launches that were
// refused. The same description gives the same bytes.
type Bulk struct {
	Objects int     // log files
	Records int     // records of the median file; sizes are skewed, most are small
	Skew    float64 // standard deviation of the logarithm of that number; 0 is 1.2
	Most    int     // records of the largest file; 0 is 10,000
	Refused int     // launches with a refused grant behind each
	Noise   int     // bytes of chance in each record, to bring the ratio of gzip down
	Pretty  bool    // indented
	Seed    uint64
}

// Written is what an archive holds.
type Written struct {
	Records        int
	Refused        int
	Stored, Plain  int64
	LargestRecords int
}

// bulkStart is the time of the first file.
var bulkStart = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// Write puts the archive below dir, as one trail of one account in four regions.
func (k Bulk) Write(dir string) (Written, error) {
	w := Written{}
	chance := rand.New(rand.NewPCG(k.Seed, 77)) //nolint:gosec // the same bytes each time
	for i := range k.Objects {
		at := bulkStart.Add(time.Duration(i) * 5 * time.Minute)
		text, n, refused := k.text(chance, i, at)
		stored, err := k.stored(text, i)
		if err != nil {
			return w, err
		}
		name := filepath.Join(dir, "AWSLogs", "111122223333", "CloudTrail", bulkRegion(i), at.Format("2006/01/02"),
			fmt.Sprintf("111122223333_CloudTrail_%s_%s_%016X.json.gz", bulkRegion(i), at.Add(5*time.Minute).Format("20060102T1504Z"), chance.Uint64()))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return w, fmt.Errorf("writing an archive: %w", err)
		}
		if err := os.WriteFile(name, stored, 0o644); err != nil {
			return w, fmt.Errorf("writing an archive: %w", err)
		}
		w.Records += n
		w.Refused += refused
		w.Stored += int64(len(stored))
		w.Plain += int64(len(text))
		w.LargestRecords = max(w.LargestRecords, n)
	}
	return w, nil
}

// Text is the plain text of one log file of n records.
func (k Bulk) Text(n int) []byte {
	k.Objects, k.Records, k.Most, k.Refused = 1, n, n, 0
	chance := rand.New(rand.NewPCG(k.Seed, 77)) //nolint:gosec // the same bytes each time
	text, _, _ := k.text(chance, 0, bulkStart)
	return text
}

func bulkRegion(i int) string {
	return []string{"eu-west-1", "us-east-1", "eu-central-1", "ap-southeast-2"}[i%4]
}

// stored is gzip; one file in 179 has two members, as what appends to a file
// leaves it.
func (k Bulk) stored(text []byte, i int) ([]byte, error) {
	if i%179 == 178 {
		return deflate(text, 2)
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, 6)
	if err != nil {
		return nil, fmt.Errorf("compressing: %w", err)
	}
	if _, err := z.Write(text); err != nil {
		return nil, fmt.Errorf("compressing: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("compressing: %w", err)
	}
	return b.Bytes(), nil
}

func (k Bulk) text(chance *rand.Rand, i int, at time.Time) (text []byte, n, refused int) {
	skew, most := k.Skew, k.Most
	if skew == 0 {
		skew = 1.2
	}
	if most == 0 {
		most = 10_000
	}
	n = min(max(1, int(float64(k.Records)*math.Exp(skew*chance.NormFloat64()))), most)
	if k.Objects == 1 {
		n = most
	}
	out := []byte(`{"Records":[`)
	for r := range n {
		if r > 0 {
			out = append(out, ',')
		}
		out = k.record(out, chance, bulkRegion(i), at.Add(time.Duration(r)*300*time.Second/time.Duration(n)))
	}
	// The launches are spread evenly over the files.
	for ; k.Objects > 0 && (i+1)*k.Refused/k.Objects > i*k.Refused/k.Objects+refused; refused++ {
		out = append(append(out, ','), refusedLaunch(bulkRegion(i), at.Add(time.Duration(refused)*time.Second), i*k.Refused/k.Objects+refused)...)
		n += 2
	}
	out = append(out, `]}`...)
	if k.Pretty {
		out = indented(out)
	}
	return out, n, refused
}

// refusedLaunch is a start and its refused grant, as two records.
func refusedLaunch(region string, at time.Time, ordinal int) []byte {
	trail, err := Parse(fmt.Sprintf(`
region %s
default by=role/team/ops-%d/ana key=1111aaaa-22bb-33cc-44dd-5555eeee%04d
file launch.json plain
start   at=%s instance=i-%017x request=bulk%d id=bulk-start%d
refused at=+1s request=bulk%d because=identity-missing id=bulk-refused%d`,
		region, ordinal%7, ordinal%50, stamp(at), 0xabc0000+ordinal, ordinal, ordinal, ordinal, ordinal))
	if err != nil {
		panic(err) // the description is our own
	}
	text := trail.Objects[0].Data
	return text[len(`{"Records":[`) : len(text)-len(`]}`)]
}

func (k Bulk) record(out []byte, chance *rand.Rand, region string, at time.Time) []byte {
	kind := 0
	for pick := chance.IntN(1000); pick >= bulkCalls[kind].weight; kind++ {
		pick -= bulkCalls[kind].weight
	}
	c := &bulkCalls[kind]
	role, hexed := chance.IntN(40), func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "0123456789abcdef"[chance.IntN(16)]
		}
		return string(b)
	}
	uuid := func() string {
		h := hexed(30)
		return h[:8] + "-" + h[8:12] + "-4" + h[12:15] + "-a" + h[15:18] + "-" + h[18:]
	}
	name := c.names[chance.IntN(len(c.names))]
	who := fmt.Sprintf(`"userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE%08d:session-%d","arn":"arn:aws:sts::111122223333:assumed-role/app-%d/session-%d","accountId":"111122223333","accessKeyId":"ASIA%s","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE%08d","arn":"arn:aws:iam::111122223333:role/service/app-%d","accountId":"111122223333","userName":"app-%d"},"attributes":{"creationDate":"%s","mfaAuthenticated":"false"}}}`,
		role, role%9, role, role%9, code(16, fmt.Sprint(role)), role, role, role, stamp(at.Truncate(time.Hour)))
	body := c.body
	for range 6 {
		body = bytes.Replace(body, []byte("%h"), []byte(hexed(16)), 1)
	}
	if k.Noise > 0 {
		body = append(bytes.Clone(body), fmt.Sprintf(`,"edgeDeviceDetails":{"id":"%s"}`, hexed(k.Noise))...)
	}
	first, second := "", fmt.Sprintf(`"eventName":"%s",`, name)
	if chance.IntN(400) == 0 {
		first, second = second, "" // tools that rewrite logs change the order
	}
	return fmt.Appendf(out, `{%s"eventVersion":"1.11",%s,"eventTime":"%s","eventSource":"%s",%s"awsRegion":"%s","sourceIPAddress":"10.%d.%d.%d","userAgent":"[aws-sdk-go-v2/1.30.%d ua/2.1 os/linux lang/go#1.26 md/GOOS#linux md/GOARCH#amd64 api/%s#1.%d]",%s,"requestID":"%s","eventID":"%s","readOnly":%t,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"%s"}}`,
		first, who, stamp(at), c.source, second, region, role, chance.IntN(256), chance.IntN(256), role%5, c.source[:3], role%7, body, uuid(), uuid(), c.reads, c.source)
}

// bulkCall is a kind of record: how often in a thousand it comes, and what it
// says in the middle. %h is sixteen digits of chance.
type bulkCall struct {
	weight int
	source string
	names  []string
	reads  bool
	body   []byte
}

var bulkCalls = []bulkCall{
	{weight: 330, source: "s3.amazonaws.com", names: []string{"GetObject", "PutObject", "HeadObject"}, reads: true, body: []byte(
		`"requestParameters":{"bucketName":"example-data-lake-eu","Host":"example-data-lake-eu.s3.eu-west-1.amazonaws.com","key":"events/year=2026/month=03/part-%h.snappy.parquet"},"responseElements":{"x-amz-server-side-encryption":"aws:kms","x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:eu-west-1:111122223333:key/1111aaaa-22bb-33cc-44dd-5555eeee6666"},"additionalEventData":{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","bytesTransferredOut":18233,"x-amz-id-2":"%h%h%h"},"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::example-data-lake-eu/events/%h"},{"accountId":"111122223333","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::example-data-lake-eu"}]`)},
	{weight: 230, source: "ec2.amazonaws.com", names: []string{"DescribeInstances", "DescribeVolumes", "DescribeTags", "DescribeSubnets"}, reads: true, body: []byte(
		`"requestParameters":{"maxResults":1000,"instancesSet":{},"filterSet":{"items":[{"name":"tag:eks:cluster-name","valueSet":{"items":[{"value":"prod-blue"},{"value":"prod-green"}]}},{"name":"instance-state-name","valueSet":{"items":[{"value":"running"},{"value":"pending"}]}},{"name":"vpc-id","valueSet":{"items":[{"value":"vpc-0%h"}]}}]}},"responseElements":null`)},
	{weight: 150, source: "sts.amazonaws.com", names: []string{"AssumeRole", "AssumeRoleWithWebIdentity"}, body: []byte(
		`"requestParameters":{"roleArn":"arn:aws:iam::111122223333:role/service/app-7","roleSessionName":"session-%h","durationSeconds":3600},"responseElements":{"credentials":{"accessKeyId":"ASIAEXAMPLE%h","sessionToken":"IQoJb3JpZ2luX2VjE%h%h%h//////////wEaCWV1LXdlc3QtMSJHMEUCIQD","expiration":"Mar 1, 2026, 1:00:00 AM"},"assumedRoleUser":{"assumedRoleId":"AROAEXAMPLE00000007:session","arn":"arn:aws:sts::111122223333:assumed-role/app-7/session"}},"resources":[{"accountId":"111122223333","type":"AWS::IAM::Role","ARN":"arn:aws:iam::111122223333:role/service/app-7"}]`)},
	{weight: 130, source: "kms.amazonaws.com", names: []string{"Decrypt", "GenerateDataKey"}, reads: true, body: []byte(
		`"requestParameters":{"encryptionContext":{"aws:s3:arn":"arn:aws:s3:::example-data-lake-eu/events/%h"},"keyId":"arn:aws:kms:eu-west-1:111122223333:key/1111aaaa-22bb-33cc-44dd-5555eeee6666","encryptionAlgorithm":"SYMMETRIC_DEFAULT"},"responseElements":null,"additionalEventData":{"keyMaterialId":"%h%h%h%h"},"resources":[{"accountId":"111122223333","type":"AWS::KMS::Key","ARN":"arn:aws:kms:eu-west-1:111122223333:key/1111aaaa-22bb-33cc-44dd-5555eeee6666"}]`)},
	{weight: 80, source: "logs.amazonaws.com", names: []string{"CreateLogStream", "DescribeLogGroups", "PutMetricFilter"}, body: []byte(
		`"requestParameters":{"logGroupName":"/aws/lambda/ingest-%h","filterName":"denied","filterPattern":"{ ($.errorCode = \"AccessDenied\") && ($.eventName = \"CreateGrant\") }]},{\"x\"","metricTransformations":[{"metricName":"Denied","metricNamespace":"Audit","metricValue":"1","unit":"None"}],"path":"C:\\logs\\"},"responseElements":null`)},
	{weight: 50, source: "iam.amazonaws.com", names: []string{"GetRole", "ListAttachedRolePolicies", "GetPolicyVersion"}, reads: true, body: []byte(
		`"requestParameters":{"roleName":"app-%h","policyDocument":"{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [{\"Effect\": \"Allow\", \"Action\": [\"kms:CreateGrant\", \"kms:Decrypt\"], \"Resource\": \"*\", \"Condition\": {\"Bool\": {\"kms:GrantIsForAWSResource\": \"true\"}}}]\n}"},"responseElements":null`)},
	{weight: 20, source: "events.amazonaws.com", names: []string{"PutEvents"}, body: []byte(
		`"requestParameters":{"entries":[{"source":"app","detail":{"eventName":"CreateGrant","eventSource":"kms.amazonaws.com","errorCode":"AccessDenied","Records":[{"eventName":"StartInstances"}]},"detailType":"copy","id":"%h"}]},"responseElements":{"failedEntryCount":0,"entries":[{"eventId":"%h"}]}`)},
	{weight: 10, source: "cloudtrail.amazonaws.com", names: []string{"LookupEvents"}, reads: true, body: []byte(
		`"requestParameters":{"lookupAttributes":[{"attributeKey":"EventName","attributeValue":"CreateGrant"}],"maxResults":50,"note":"\"eventName\":\"CreateGrant\" \u007b\u007b %h"},"responseElements":null`)},
}
