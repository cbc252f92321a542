package report

import (
	"time"

	"grantrail/analyze/incident"
	"grantrail/ingest/custody"
)

// writeRead is the account of the evidence: how much of it, and what time,
// accounts and regions it covers.
func writeRead(p *page, c *incident.Case) {
	p.heading(2, "What was read")
	m := &c.Custody
	rows := [][]inert{
		{"Objects", say("%s listed%s", number(m.Objects.Listed), counts(objectCounts(m.Objects)))},
		{"Bytes", say("%s stored, %s inflated", number(m.Bytes.Stored), number(m.Bytes.Inflated))},
		{"CloudTrail records", say("%s seen%s", number(m.Records.Seen), counts(recordCounts(m.Records)))},
	}
	for _, o := range otherCounts(m.Other) {
		if o.n > 0 {
			rows = append(rows, []inert{o.name, number(o.n)})
		}
	}
	rows = append(rows,
		[]inert{"Event time asked for (UTC)", askedSpan(c.Asked)},
		[]inert{"Event time found (UTC)", span(m.Time.First, m.Time.Last, dash, dash)})
	p.table([]inert{"Evidence", "Amount"}, rows)
	writeCoverage(p, m.Coverage)
	writeLeftOut(p, m.LeftOut)
	writeForgotten(p, m.Forgotten)
}

// writeLeftOut is what of the sources was not listed: the report is not about
// it.
func writeLeftOut(p *page, left []custody.LeftOut) {
	if len(left) == 0 {
		return
	}
	p.para("Not listed, and so not part of any figure here:")
	rows := make([][]inert, min(len(left), maxLeftOut))
	for i := range rows {
		rows[i] = []inert{code(left[i].Prefix), prose(left[i].Why)}
	}
	p.table([]inert{"Left out", "Why"}, rows)
	p.omitted(len(left)-len(rows), "prefix", "prefixes", inJSON)
}

// writeForgotten is what a state has dropped: nothing here is about it.
func writeForgotten(p *page, f *custody.Forgotten) {
	if f != nil {
		p.para(say("Dropped from the state for their age, and in no other figure here: %s objects with %s records, delivered before %s. What happened then, and what broke then, is no longer seen.",
			number(f.Objects), number(f.Records), at(f.Before)))
	}
}

// quantity is a figure with its name.
type quantity struct {
	n    int
	name inert
}

// counts is ", 3 read, 1 unread", without the zeros.
func counts(quantities []quantity) (s inert) {
	for _, q := range quantities {
		if q.n > 0 {
			s += say(", %s %s", number(q.n), q.name)
		}
	}
	return s
}

func objectCounts(o custody.Objects) []quantity {
	return []quantity{
		{o.Read, "read"}, {o.Partial, "read in part"}, {o.Unread, "unread"},
		{o.Skipped, "skipped (no CloudTrail evidence)"}, {o.Duplicate, "named twice"},
	}
}

func recordCounts(r custody.Records) []quantity {
	return []quantity{
		{r.Kept, "kept for the analysis"}, {r.Duplicate, "duplicate"}, {r.Conflicting, "conflicting"}, {r.Refused, "refused"},
	}
}

func otherCounts(o custody.Other) []quantity {
	return []quantity{
		{o.StateChanges, "Instance state-change notifications"}, {o.VolumeEvents, "EBS volume notifications"},
		{o.ConfigItems, "AWS Config items"}, {o.DescribeInstances, "Instances in saved `describe-instances`"},
		{o.Digests, "Digest files"}, {o.Insights, "Insights records"}, {o.NetworkActivity, "Network activity records"},
		{o.Aggregated, "Aggregated records"}, {o.Notifications, "S3, SNS and SQS notifications"},
		{o.LakeRows, "Security Lake rows of other sources"}, {o.Refused, "Refused among these"},
		{o.Parsed, "Log files whose records the full parser read, since the scan of raw bytes was not sure of them or there was no checksum"},
	}
}

// span is a stretch of time; the fallbacks stand for an open end.
func span(from, to *time.Time, start, end inert) inert {
	if from != nil {
		start = at(*from)
	}
	if to != nil {
		end = at(*to)
	}
	if start == dash && end == dash {
		return dash
	}
	return say("%s to %s", start, end)
}

// writeCoverage is what each account and region gave, and where the log files
// have gaps.
func writeCoverage(p *page, coverage []custody.Coverage) {
	shown := coverage[:min(len(coverage), maxCoverage)]
	rows := make([][]inert, len(shown))
	var gaps [][]inert
	for i, c := range shown {
		rows[i] = []inert{
			code(c.Account), code(c.Region), span(c.From, c.To, dash, dash),
			number(c.Objects), number(c.Records), number(c.KMSRecords), number(c.Launches), number(len(c.Gaps)),
		}
		for _, g := range c.Gaps {
			gaps = append(gaps, []inert{code(c.Account), code(c.Region), span(&g.From, &g.To, dash, dash), prose(g.Why)})
		}
	}
	p.table([]inert{"Account", "Region", "Event time (UTC)", "Objects", "Records", "KMS records", "Launches", "Gaps"}, rows)
	writeExcluded(p, shown)
	writeChart(p, shown)
	p.omitted(len(coverage)-len(shown), "account and region", "accounts and regions", inJSON)
	p.table([]inert{"Account", "Region", "No log files (UTC)", "Why it is a gap"}, gaps[:min(len(gaps), maxGaps)])
	p.omitted(len(gaps)-maxGaps, "gap", "gaps", inJSON)
}

// manyRecords is how many records make it odd that none is of a kind.
const manyRecords = 20

// writeExcluded names the places whose trail seems to leave a kind of event
// out: nothing can be said of what is not logged.
func writeExcluded(p *page, coverage []custody.Coverage) {
	var items []inert
	for _, c := range coverage {
		if c.Records < manyRecords {
			continue
		}
		if c.KMSRecords == 0 {
			items = append(items, say("%s %s: not one KMS record among %s in the asked time; the trail may leave KMS events out.", code(c.Account), code(c.Region), number(c.Records)))
		}
		if c.ReadOnlyRecords == 0 {
			items = append(items, say("%s %s: not one call that only reads among %s records; the trail may log writes alone.", code(c.Account), code(c.Region), number(c.Records)))
		}
	}
	p.list(items[:min(len(items), maxCoverage)])
}
