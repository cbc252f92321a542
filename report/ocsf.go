package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"grantrail/analyze/incident"
)

// Detection Finding of OCSF 1.3.0, as
// https://schema.ocsf.io/1.3.0/classes/detection_finding has it. Times are
// milliseconds since 1970.
const (
	ocsfVersion     = "1.3.0"
	ocsfFindings    = 2    // category_uid
	ocsfDetection   = 2004 // class_uid
	ocsfMedium      = 3    // severity_id: an outage, and nobody's access
	ocsfRule        = 1    // analytic.type_id
	maxOCSFEvidence = 100  // refused calls told one by one; the case has all
)

type ocsfFinding struct {
	ActivityID   int             `json:"activity_id"`
	ActivityName string          `json:"activity_name"`
	CategoryUID  int             `json:"category_uid"`
	CategoryName string          `json:"category_name"`
	ClassUID     int             `json:"class_uid"`
	ClassName    string          `json:"class_name"`
	TypeUID      int             `json:"type_uid"`
	TypeName     string          `json:"type_name"`
	SeverityID   int             `json:"severity_id"`
	Severity     string          `json:"severity"`
	ConfidenceID int             `json:"confidence_id"`
	Confidence   string          `json:"confidence"`
	StatusID     int             `json:"status_id"`
	Status       string          `json:"status"`
	Time         int64           `json:"time"`
	StartTime    int64           `json:"start_time"`
	EndTime      int64           `json:"end_time"`
	Message      string          `json:"message"`
	Metadata     ocsfMetadata    `json:"metadata"`
	FindingInfo  ocsfFindingInfo `json:"finding_info"`
	Cloud        ocsfCloud       `json:"cloud"`
	Resources    []ocsfResource  `json:"resources"`
	Evidences    []ocsfEvidence  `json:"evidences"`
	Remediation  ocsfRemediation `json:"remediation"`
	Unmapped     map[string]any  `json:"unmapped"`
}

type ocsfMetadata struct {
	Version  string      `json:"version"`
	Product  ocsfProduct `json:"product"`
	Profiles []string    `json:"profiles"`
	LogName  string      `json:"log_name"`
	UID      string      `json:"uid"`
}

type ocsfProduct struct {
	Name       string `json:"name"`
	VendorName string `json:"vendor_name"`
	Version    string `json:"version"`
}

type ocsfFindingInfo struct {
	UID         string       `json:"uid"`
	Title       string       `json:"title"`
	Desc        string       `json:"desc"`
	Types       []string     `json:"types"`
	FirstSeen   int64        `json:"first_seen_time"`
	LastSeen    int64        `json:"last_seen_time"`
	DataSources []string     `json:"data_sources"`
	Analytic    ocsfAnalytic `json:"analytic"`
}

type ocsfAnalytic struct {
	Name   string `json:"name"`
	UID    string `json:"uid"`
	TypeID int    `json:"type_id"`
	Type   string `json:"type"`
}

type ocsfCloud struct {
	Provider string   `json:"provider"`
	Region   string   `json:"region"`
	Account  ocsfName `json:"account"`
}

type ocsfName struct {
	UID string `json:"uid"`
}

type ocsfResource struct {
	UID  string `json:"uid"`
	Type string `json:"type"`
}

type ocsfEvidence struct {
	API   ocsfAPI        `json:"api"`
	Actor ocsfActor      `json:"actor"`
	Data  map[string]any `json:"data"`
}

type ocsfAPI struct {
	Operation string       `json:"operation"`
	Service   ocsfService  `json:"service"`
	Response  ocsfResponse `json:"response"`
}

type ocsfService struct {
	Name string `json:"name"`
}

type ocsfResponse struct {
	Error   string `json:"error"`
	Message string `json:"error_message"`
}

type ocsfActor struct {
	User ocsfUser `json:"user"`
}

type ocsfUser struct {
	UID  string `json:"uid"`
	Type string `json:"type"`
}

type ocsfRemediation struct {
	Desc string `json:"desc"`
}

// writeOCSF writes one Detection Finding a line, in the order of the case. Only
// Unmapped can fail to be marshalled, so all are tried first and a failure leaves
// nothing written.
func writeOCSF(w io.Writer, c *incident.Case) error {
	for i := range c.Incidents {
		if _, err := json.Marshal(ocsfUnmapped(&c.Incidents[i])); err != nil {
			return err
		}
	}
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false)
	activity := ocsfActivities(c.Changes)
	for i := range c.Incidents {
		if err := enc.Encode(ocsfOf(c, &c.Incidents[i], activity)); err != nil {
			return err
		}
		if _, err := w.Write(escapeUnseen(line.Bytes())); err != nil {
			return err
		}
		line.Reset()
	}
	return nil
}

// ocsfUnmapped is what OCSF has no place for.
func ocsfUnmapped(in *incident.Incident) map[string]any {
	return map[string]any{
		"grade": in.Grade, "attempts": len(in.Attempts), "suppressed": in.Suppressed, "trigger": withLists(in.Trigger), "resolution": in.Resolution,
	}
}

func ocsfOf(c *incident.Case, in *incident.Incident, activityOf func(id string) (int, string)) *ocsfFinding {
	activity, name := activityOf(in.ID)
	status, statusName := ocsfStatus(in)
	confidence, confidenceName := ocsfConfidence(in.Grade)
	key := "a KMS key that the refusal does not name"
	if in.Key.ARN != nil {
		key = tail(*in.Key.ARN)
	}
	title := fmt.Sprintf("EC2 launches of %s failed: KMS refused %s", tail(in.Principal.ARN), key)
	return &ocsfFinding{
		ActivityID: activity, ActivityName: name, CategoryUID: ocsfFindings, CategoryName: "Findings",
		ClassUID: ocsfDetection, ClassName: "Detection Finding",
		TypeUID: 100*ocsfDetection + activity, TypeName: "Detection Finding: " + name,
		SeverityID: ocsfMedium, Severity: "Medium", ConfidenceID: confidence, Confidence: confidenceName,
		StatusID: status, Status: statusName,
		Time: in.LastSeen.UnixMilli(), StartTime: in.FirstSeen.UnixMilli(), EndTime: in.LastSeen.UnixMilli(),
		Message: title,
		Metadata: ocsfMetadata{
			Version: ocsfVersion, Product: ocsfProduct{c.Tool.Name, c.Tool.Name, c.Tool.Version},
			Profiles: []string{"cloud"}, LogName: "CloudTrail", UID: in.ID,
		},
		FindingInfo: ocsfFindingInfo{
			UID: in.ID, Title: title, Desc: in.Cause.Statement, Types: []string{in.Cause.Code},
			FirstSeen: in.FirstSeen.UnixMilli(), LastSeen: in.LastSeen.UnixMilli(),
			DataSources: []string{"AWS CloudTrail"},
			Analytic:    ocsfAnalytic{"launch refused by KMS", in.Cause.Code, ocsfRule, "Rule"},
		},
		Cloud:     ocsfCloud{"AWS", in.Region, ocsfName{in.Account}},
		Resources: ocsfResources(in), Evidences: ocsfEvidences(in),
		Remediation: ocsfRemediation{in.Remedy.Summary},
		Unmapped:    ocsfUnmapped(in),
	}
}

// ocsfActivities is what happened to a finding: outside of sweeps, and where a
// sweep is the first, it is made.
func ocsfActivities(d *incident.Changes) func(id string) (int, string) {
	made, closed := map[string]bool{}, map[string]bool{}
	if d != nil {
		for _, id := range d.New {
			made[id] = true
		}
		for _, id := range d.Resolved {
			closed[id] = true
		}
	}
	return func(id string) (int, string) {
		switch {
		case d == nil || made[id]:
			return 1, "Create"
		case closed[id]:
			return 3, "Close"
		}
		return 2, "Update"
	}
}

func ocsfStatus(in *incident.Incident) (int, string) {
	switch {
	case in.Suppressed != nil:
		return 3, "Suppressed"
	case in.Resolution != nil:
		return 4, "Resolved"
	}
	return 1, "New"
}

func ocsfConfidence(g incident.Grade) (int, string) {
	switch g {
	case incident.Confirmed:
		return 3, "High"
	case incident.Probable:
		return 2, "Medium"
	}
	return 1, "Low"
}

// ocsfResources are the instances that did not stay up, and the key.
func ocsfResources(in *incident.Incident) []ocsfResource {
	out := []ocsfResource{}
	seen := map[string]bool{}
	for _, a := range in.Attempts {
		for _, i := range a.Instances {
			if !seen[i.ID] {
				seen[i.ID] = true
				out = append(out, ocsfResource{i.ID, "AWS::EC2::Instance"})
			}
		}
	}
	if in.Key.ARN != nil {
		out = append(out, ocsfResource{*in.Key.ARN, "AWS::KMS::Key"})
	}
	return out
}

// ocsfEvidences are the refused calls.
func ocsfEvidences(in *incident.Incident) []ocsfEvidence {
	out := []ocsfEvidence{}
	for _, a := range in.Attempts {
		for _, d := range a.Denials {
			if len(out) == maxOCSFEvidence {
				return out
			}
			out = append(out, ocsfEvidence{
				API:   ocsfAPI{d.Action, ocsfService{"kms.amazonaws.com"}, ocsfResponse{d.ErrorCode, d.ErrorMessage}},
				Actor: ocsfActor{ocsfUser{in.Principal.ARN, in.Principal.Type}},
				Data: map[string]any{
					"event_id": d.Ref.EventID, "event_time": d.Ref.EventTime.UTC().Format(time.RFC3339Nano),
					"object": d.Ref.Object, "record": d.Ref.Record, "launch_event_id": a.Launch.Ref.EventID,
				},
			})
		}
	}
	return out
}
