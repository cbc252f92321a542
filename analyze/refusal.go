package analyze

import (
	"strings"

	"grantrail/ingest/table"
)

// Why a refused KMS call is tied to no launch.
const (
	whyDirect       = "direct-call"
	whyOtherService = "other-service"
	whyNotFatal     = "not-fatal"
	whyOtherCall    = "other-ec2-call"
	whyDryRun       = "dry-run"
	whyRefused      = "launch-refused"
	whyGranted      = "granted-after-all"
	whyRan          = "kept-running"
	whyOutside      = "launch-outside-range"
	whyNoLaunch     = "no-launch"
)

var whyDetail = map[string]string{
	whyDirect:       "The caller made this call itself; EC2 did not.",
	whyOtherService: "Another service made this call for the caller; EC2 did not.",
	whyNotFatal:     "EC2 made this call for the caller, and a launch does not need it.",
	whyOtherCall:    "It belongs to an EC2 call that is no launch: ",
	whyDryRun:       "The launch with its requestID was a dry run.",
	whyRefused:      "The launch with its requestID was itself refused, and began nothing.",
	whyGranted:      "Every instance of the launch that fits got a grant for this key in the same launch.",
	whyRan:          "Every instance of the launch that fits is seen running after it.",
	whyOutside:      "The launch that fits it lies outside the asked time.",
	whyNoLaunch:     "EC2 forwarded this call, and no launch in the archive fits it.",
}

// fatal are the KMS calls without which a launch fails. A refused Decrypt or
// DescribeKey by the caller has been seen to stop nothing; a Decrypt by the
// instance's own infrastructure role is what unlocks its volume.
func fatal(name string, byInstance bool) bool {
	switch name {
	case "CreateGrant", "GenerateDataKeyWithoutPlaintext", "GenerateDataKey",
		"ReEncrypt", "ReEncryptFrom", "ReEncryptTo":
		return true
	}
	return name == "Decrypt" && byInstance
}

func (s *scan) refusal(row int) {
	t := s.t
	message, caller := t.ErrorMessage(row), t.Identity(row)
	r := refusal{
		row: row, ns: t.Nanos(row), place: s.place(row), request: t.Request(row),
		principal: s.principals.of(caller, message),
		instance:  t.Grantee(row), volumes: t.Volumes(row), own: s.byInstance(row),
	}
	if len(r.volumes) == 0 && r.request != "" {
		r.volumes = s.unattached[request{r.place, r.request}]
	}
	said := s.read(t.ErrorCode(row), message, caller.ARN)
	r.cause, r.policy = said.cause, said.policy
	// A forwarded denial has no parameters: its key survives in the message
	// alone. Of a re-encryption the message says which key was refused.
	switch r.key = s.keyOf(row); {
	case said.cause == keyNotFound && strings.Contains(said.key, ":alias/"):
		r.key = said.key // it named no key then, whatever it names before or after
	case said.key != "":
		r.key = s.keys.resolve(said.key, t, row)
	}
	r.who = s.actor(r.principal)
	r.why = s.screen(row)
	r.unsure = r.why == whyOtherService && s.t.Service(row) == "" && !isOtherService(s.forwarder(row)) && fatal(s.t.Name(row), false)
	if r.why == whyDirect && caller == (table.Identity{}) {
		r.why = "" // a record that lost its identity does not show whose call it was
	}
	s.refusals = append(s.refusals, r)
}

// reading is what a refusal's code and message say.
type reading struct {
	cause, key string
	policy     string // the ARN of the policy that decided
	action     string // kms:CreateGrant
}

// cutAt is where CloudTrail cuts a message, in bytes, give or take what it puts
// in the place of the rest.
const cutAt = 1000

// namedKey is the key that a message names. An ARN at the very end of a message
// that was cut for its length may be cut too, and is believed no more.
func namedKey(message string) string {
	at := kmsARN().FindStringIndex(message)
	if at == nil || at[1] == len(message) && len(message) >= cutAt {
		return ""
	}
	return message[at[0]:at[1]]
}

// said is an error code and a message, or what of the message does not hang on
// who called.
type said struct {
	code, message string
	rest          bool
}

// read reads an error code and message once: an archive repeats a few of them
// thousands of times. Messages begin with the caller's ARN, which has a session
// name of its own for each run of a job, and go on alike.
func (s *scan) read(code, message, caller string) reading {
	id := said{code: code, message: message}
	if rest, ok := afterCaller(message, caller); ok {
		id.message, id.rest = rest, true
	}
	known, ok := s.readings[id]
	if !ok {
		d := parseMessage(message)
		known = reading{d.cause(code, message), namedKey(message), d.policyARN, d.action}
		s.readings[id] = known
	}
	return known
}

// afterCaller is what a message says after "User: " and the caller's ARN, where
// the rest can be read without them: the ARN is one word and names no key
// itself, and the message was not cut for its length.
func afterCaller(message, caller string) (string, bool) {
	rest, ok := strings.CutPrefix(message, "User: ")
	if !ok || len(message) >= cutAt || caller == "" || strings.Contains(caller, ":kms:") {
		return "", false
	}
	for i := range len(caller) {
		if caller[i] <= ' ' || caller[i] > '~' {
			return "", false
		}
	}
	if rest, ok = strings.CutPrefix(rest, caller); !ok || !strings.HasPrefix(rest, " is not authorized to perform: ") {
		return "", false
	}
	return rest, true
}

// screen says why a refused call cannot be a launch's, or "". Whose call it is
// shows in invokedBy, an open set: for what EC2 is not known by, a shared
// requestID decides later.
func (s *scan) screen(row int) string {
	by := s.forwarder(row)
	byInstance := s.byInstance(row)
	switch {
	case by == "" && !byInstance:
		return whyDirect
	case s.t.Service(row) != "", !byInstance && !isEC2(by):
		return whyOtherService
	case !fatal(s.t.Name(row), byInstance):
		return whyNotFatal
	}
	return ""
}

// byInstance reports whether an instance's infrastructure role made a call.
func (s *scan) byInstance(row int) bool {
	return s.t.Kind(row) == table.DataKey && s.t.Grantee(row) != ""
}

// labelled reports whether one of the dot-separated parts of a service's host
// name before amazonaws.com is of some kind. It is asked of every refusal, and
// takes no memory.
func labelled(invokedBy string, kind func(label string) bool) bool {
	host, _, ok := strings.Cut(strings.ToLower(invokedBy), ".amazonaws.com")
	for label := ""; ok; {
		if label, host, ok = strings.Cut(host, "."); kind(label) {
			return true
		}
	}
	return false
}

// forwarder is the service that made a call for the caller, or "". Of a
// forwarded call the source address is that service's host name too.
func (s *scan) forwarder(row int) string {
	if by := s.t.InvokedBy(row); by != "" {
		return by
	}
	if host := s.t.SourceIP(row); isEC2(host) {
		return host
	}
	return ""
}

// isEC2 knows the names under which EC2, EBS and the services that launch for
// a caller forward KMS calls. "AWS Internal" was all of them until 2021.
func isEC2(invokedBy string) bool {
	if strings.EqualFold(invokedBy, "AWS Internal") {
		return true
	}
	return labelled(invokedBy, func(label string) bool {
		switch label {
		case "ec2", "ec2-frontend-api", "ebs", "autoscaling", "spot", "spotfleet", "ec2fleet":
			return true
		}
		return false
	})
}

// isOtherService knows services that call KMS for data of their own. Their
// calls are no launch's, whatever else agrees; a name that is neither known
// here nor by isEC2 is believed where it shares a launch's requestID.
func isOtherService(invokedBy string) bool {
	return labelled(invokedBy, func(label string) bool {
		switch label {
		case "rds", "backup", "ecs", "ecs-tasks", "fargate", "lambda", "logs", "s3", "dynamodb",
			"sns", "sqs", "secretsmanager", "elasticfilesystem", "fsx", "redshift", "dms",
			"config", "cloudtrail", "glue", "athena", "sagemaker", "bedrock", "kinesis", "firehose",
			"es", "opensearch", "elasticache", "kafka", "codebuild", "codepipeline", "storagegateway",
			"ecr", "acm", "ses", "connect", "timestream", "docdb", "neptune",
			"workspaces", "transfer", "xray", "monitoring", "memorydb", "dax", "qldb", "mq", "airflow":
			return true
		}
		return false
	})
}
