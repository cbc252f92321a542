package digest

import (
	"slices"
	"time"

	"grantrail/ingest/layout"
)

// deliveries are when log files were delivered, by account, region and how exactly
// their names tell, in order.
type deliveries map[delivery][]time.Time

type delivery struct {
	account, region string
	exact           time.Duration
}

func deliveriesOf(files []*File) deliveries {
	all := deliveries{}
	for _, f := range files {
		if l, ok := layout.LogOf(f.Name); ok && f.Log {
			at := delivery{l.Account, l.Region, l.To.Sub(l.From)}
			all[at] = append(all[at], l.From)
		}
	}
	for _, times := range all {
		slices.SortFunc(times, time.Time.Compare)
	}
	return all
}

// within reports whether a log file of a chain's account and region was delivered
// between two times.
func (all deliveries) within(c chain, from, to time.Time) bool {
	for _, exact := range []time.Duration{time.Second, time.Minute} { // a day tells too little
		times := all[delivery{c.Account, c.Region, exact}]
		i, _ := slices.BinarySearchFunc(times, from, time.Time.Compare)
		if i < len(times) && !times[i].Add(exact).After(to) {
			return true
		}
	}
	return false
}
