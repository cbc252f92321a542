package table

import (
	"cmp"
	"slices"
	"strings"
)

// Superseded is a row that gives way to an addendum.
type Superseded struct{ Row, By int }

// Superseded gives the rows that the addenda of a table replace, in the order of those,
// each with the first that does. An addendum replaces what has the eventID that it
// names, in the same account and of the same call; one that names its own eventID
// replaces the rows of that which are no addenda.
//
// Events that claim each other, in a circle of however many, all stay, whatever else
// claims them, or a forger could make an event disappear and leave nothing in its
// place. What lies between two circles is not told from them. So wherever a row gives
// way, one stays that claims it, or claims the one that does, and so on.
//
// What an archive says of itself can be a lie: the time hangs on the number of rows,
// and not on how many claim how many.
//
//	https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
func (t *Table) Superseded() (out []Superseded) {
	c := claims{of: map[version]int{}}
	for row := range t.Len() {
		if old := t.replaces(row); old != "" {
			c.add(row, c.number(t.version(row, strings.ToLower(t.ID(row)))), c.number(t.version(row, old)))
		}
	}
	if len(c.all) == 0 {
		return nil
	}
	c.settle()
	for row := range t.Len() {
		event, known := c.of[t.version(row, strings.ToLower(t.ID(row)))]
		if !known || t.ID(row) == "" || c.circle[event] {
			continue
		}
		by := c.first[event]
		if t.replaces(row) == "" {
			by = sooner(by, c.itself[event])
		}
		if by > 0 {
			out = append(out, Superseded{row, by - 1})
		}
	}
	slices.SortFunc(out, func(a, b Superseded) int { return cmp.Or(cmp.Compare(a.By, b.By), cmp.Compare(a.Row, b.Row)) })
	return out
}

// version is what an addendum names: an event of its account and its call.
type version struct{ account, source, name, id string }

func (t *Table) version(row int, id string) version {
	return version{t.Account(row), t.Source(row), t.Name(row), id}
}

// claims are what addenda say that they replace, by the numbers of events.
type claims struct {
	of     map[version]int
	all    []claim
	first  []int  // the first row of another event that claims one, from 1; 0 where none does
	itself []int  // likewise, of the same event
	circle []bool // those that claim each other
}

type claim struct{ row, by, old int }

func (c *claims) number(v version) int {
	n, known := c.of[v]
	if !known {
		n = len(c.of)
		c.of[v] = n
	}
	return n
}

func (c *claims) add(row, by, old int) { c.all = append(c.all, claim{row, by, old}) }

// settle takes together what all of them say.
func (c *claims) settle() {
	c.first, c.itself, c.circle = make([]int, len(c.of)), make([]int, len(c.of)), make([]bool, len(c.of))
	back, on := make([][]int, len(c.of)), make([][]int, len(c.of))
	for _, cl := range c.all {
		if cl.by == cl.old {
			c.itself[cl.old] = sooner(c.itself[cl.old], cl.row+1)
			continue
		}
		c.first[cl.old] = sooner(c.first[cl.old], cl.row+1)
		back[cl.by], on[cl.old] = append(back[cl.by], cl.old), append(on[cl.old], cl.by)
	}
	behind, before := endless(back), endless(on)
	for event := range c.circle {
		c.circle[event] = behind[event] && before[event]
	}
}

// endless tells which events can be come to along paths that have no beginning, which
// are those behind a circle. next are the events that one leads to.
func endless(next [][]int) []bool {
	left, leading := make([]bool, len(next)), make([]int, len(next))
	for _, to := range next {
		for _, event := range to {
			leading[event]++
		}
	}
	var ends []int
	for event := range next {
		if left[event] = leading[event] > 0; !left[event] {
			ends = append(ends, event)
		}
	}
	for len(ends) > 0 {
		event := ends[len(ends)-1]
		ends = ends[:len(ends)-1]
		for _, to := range next[event] {
			if leading[to]--; leading[to] == 0 {
				left[to] = false
				ends = append(ends, to)
			}
		}
	}
	return left
}

// sooner is the lesser of two rows from 1, where 0 is none.
func sooner(a, b int) int {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}
