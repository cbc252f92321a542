package state

import (
	"encoding/binary"
	"errors"
	"slices"
	"time"
)

// Moments are the times of some of a place's records, each as often as there are
// records, to count those that lie in what a question asks for. They take about a
// byte each:
//
//	byte     the unit: 0 seconds, 1 nanoseconds
//	uvarint  twice the units since the moment before, or since the place's first
//	         record; and 1 where several records share it:
//	uvarint  how many more
//
// None are unknown where there are records, as the version before kept none.
type Moments []byte

// MomentsOf keeps times, in nanoseconds since 1970 and in any order, of a place
// whose first record is of another one. It sorts them.
func MomentsOf(first time.Time, at []int64) Moments {
	if len(at) == 0 {
		return nil
	}
	slices.Sort(at)
	unit, last := int64(time.Second), first.UnixNano()
	m := Moments{0}
	if slices.ContainsFunc(at, func(t int64) bool { return (t-last)%unit != 0 }) {
		unit, m[0] = 1, 1
	}
	for i := 0; i < len(at); {
		n := i + 1
		for n < len(at) && at[n] == at[i] {
			n++
		}
		step := uint64((at[i]-last)/unit) << 1 //nolint:gosec // sorted, and none before the first
		last = at[i]
		if n == i+1 {
			m = binary.AppendUvarint(m, step)
		} else {
			m = binary.AppendUvarint(binary.AppendUvarint(m, step|1), uint64(n-i-1)) //nolint:gosec // not negative
		}
		i = n
	}
	return m
}

// Count is how many of them are within what is asked for.
func (m Moments) Count(first time.Time, within func(time.Time) bool) int {
	if len(m) == 0 {
		return 0
	}
	count, unit, at := 0, int64(time.Second), first.UnixNano()
	if m[0] == 1 {
		unit = 1
	}
	for rest := m[1:]; len(rest) > 0; {
		step, size := binary.Uvarint(rest)
		if size <= 0 {
			return count
		}
		n := 1
		if rest = rest[size:]; step&1 == 1 {
			more, size := binary.Uvarint(rest)
			if size <= 0 {
				return count
			}
			n, rest = n+int(more), rest[size:] //nolint:gosec // it was an int
		}
		if at += int64(step>>1) * unit; within(time.Unix(0, at).UTC()) { //nolint:gosec // it was one
			count += n
		}
	}
	return count
}

// appendMoments puts those of all places into one.
func appendMoments(b []byte, places []Place) []byte {
	for i := range places {
		p := &places[i]
		for _, at := range []time.Time{p.First, p.Last} {
			b = binary.AppendUvarint(b, uint64(at.Nanosecond())) //nolint:gosec // not negative
		}
		for _, m := range []Moments{p.KMSAt, p.LaunchedAt} {
			b = append(binary.AppendUvarint(b, uint64(len(m))), m...)
		}
	}
	return b
}

var errMoments = errors.New("the times of its records break off")

// takeMoments gives places back what appendMoments took.
func takeMoments(b []byte, places []Place) error {
	for i := range places {
		p := &places[i]
		for _, at := range []*time.Time{&p.First, &p.Last} {
			n, size := binary.Uvarint(b)
			if size <= 0 || n >= uint64(time.Second) {
				return errMoments
			}
			*at, b = at.Add(time.Duration(n)), b[size:] //nolint:gosec // less than a second
		}
		for _, m := range []*Moments{&p.KMSAt, &p.LaunchedAt} {
			n, size := binary.Uvarint(b)
			if size <= 0 || n > uint64(len(b)-size) {
				return errMoments
			}
			if end := size + int(n); n > 0 { //nolint:gosec // not more than there are
				*m, b = Moments(b[size:end:end]), b[end:]
			} else {
				b = b[size:]
			}
		}
	}
	return nil
}
