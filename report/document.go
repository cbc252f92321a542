package report

import "grantrail/analyze/incident"

// How much of each list a document shows. A report of a large archive has to
// open in a browser; the CSV and JSON have everything, and each cut says so.
const (
	maxIncidentRows       = 500  // rows of the table of incidents
	maxIncidents          = 100  // incidents told in full
	maxAttempts           = 50   // launches in the timeline of one incident
	maxPerAttempt         = 20   // refusals, and stops, of one launch in a timeline
	maxRows               = 2000 // rows of all timelines, past which those that follow are brief
	briefAttempts         = 5
	briefPerAttempt       = 3
	maxMessages           = 5 // distinct messages of one incident
	maxAtRisk             = 50
	maxUnexplained        = 200
	maxUnlinked           = 50
	maxWarnings           = 100
	maxCoverage           = 200
	maxGaps               = 100
	maxLeftOut            = 50
	maxFindings           = 100
	maxOthers             = 5 // runners-up of one trigger
	maxValues             = 10
	maxSources            = 20
	elsewhere       inert = "all in the CSV and the JSON"
	inJSON          inert = "all in the JSON"
)

// document is the report as an engineer reads it: the answer first, then each
// incident, then what was left over, then what it all rests on.
func document(c *incident.Case, as dialect) ([]byte, error) {
	p := &page{as: as}
	if c.Asked.VerifyOnly {
		return custodyBytes(p, c), nil
	}
	p.heading(1, "grantrail incident report")
	writeConclusion(p, c)
	writeChanges(p, c)
	open, _ := counting(c.Incidents)
	writeSummary(p, open)
	for _, in := range open[:min(len(open), maxIncidents)] {
		if err := writeIncident(p, in); err != nil {
			return nil, err
		}
	}
	writeSuppressed(p, c)
	writeUnexplained(p, c.Unexplained)
	writeUnlinked(p, c.Unlinked)
	writeRead(p, c)
	writeUnread(p, &c.Custody)
	writeIntegrity(p, c.Custody.Integrity)
	writeClaims(p, c)
	writeCited(p)
	writeAsked(p, c)
	return p.Bytes(), nil
}

// custodyBytes is the report of a run that only verified: what the evidence is
// worth, then what there is of it.
func custodyBytes(p *page, c *incident.Case) []byte {
	p.heading(1, "grantrail custody report")
	writeConclusion(p, c)
	writeIntegrity(p, c.Custody.Integrity)
	writeRead(p, c)
	writeUnread(p, &c.Custody)
	writeAsked(p, c)
	return p.Bytes()
}
