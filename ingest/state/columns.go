package state

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"grantrail/ingest/custody"
)

// The columns of a segment's objects. What an object is known by comes first,
// so that it can be read alone.
const (
	colName = iota
	colSize
	colTag
	colModified
	colSum
	colState
	colForgotten
	colStored
	colInflated
	colSeen
	colRefused
	colPlain
	colRest
	colEvents
	colPlaces
	colTimes
	colCounts
	colHours
	colMoments
)

// knownColumns is how many columns make a [Known].
const knownColumns = colForgotten + 1

var (
	number  = arrow.PrimitiveTypes.Int64
	numbers = arrow.ListOf(arrow.PrimitiveTypes.Int64)
)

// schema is the Arrow schema of a segment's objects.
//
//	name, size, tag, modified, sum, state, forgotten   what it is known by
//	stored, inflated, seen, refused                    what was read of it; stored as what is more than its size
//	plain                                              SHA-256 of a whole log file's content, or empty
//	rest                                               JSON of what few objects have, or empty
//	events                                             rows in the file of events
//	places                                             "account region", the account quoted as in Go where it needs to be
//	times                                              first and last record of each place, seconds since 1970
//	counts                                             records, KMS, launches, reads, hours of each place
//	hours                                              of all places, one after another
//	moments                                            of each place the nanoseconds of its times, and [Moments] of KMS and of launches
//
// The version before had no moments, times in nanoseconds, and stored as it is.
var schema = arrow.NewSchema([]arrow.Field{
	colName:      {Name: "name", Type: arrow.BinaryTypes.String},
	colSize:      {Name: "size", Type: number},
	colTag:       {Name: "tag", Type: arrow.BinaryTypes.String},
	colModified:  {Name: "modified", Type: number},
	colSum:       {Name: "sum", Type: arrow.BinaryTypes.Binary},
	colState:     {Name: "state", Type: arrow.PrimitiveTypes.Uint8},
	colForgotten: {Name: "forgotten", Type: arrow.FixedWidthTypes.Boolean},
	colStored:    {Name: "stored", Type: number},
	colInflated:  {Name: "inflated", Type: number},
	colSeen:      {Name: "seen", Type: number},
	colRefused:   {Name: "refused", Type: number},
	colPlain:     {Name: "plain", Type: arrow.BinaryTypes.Binary},
	colRest:      {Name: "rest", Type: arrow.BinaryTypes.String},
	colEvents:    {Name: "events", Type: number},
	colPlaces:    {Name: "places", Type: arrow.ListOf(arrow.BinaryTypes.String)},
	colTimes:     {Name: "times", Type: numbers},
	colCounts:    {Name: "counts", Type: numbers},
	colHours:     {Name: "hours", Type: numbers},
	colMoments:   {Name: "moments", Type: arrow.BinaryTypes.Binary},
}, nil)

// earlierSchema is that of the version before, which knew no moments.
var earlierSchema = arrow.NewSchema(schema.Fields()[:colMoments], nil)

// appendRow adds one object.
func appendRow(b *array.RecordBuilder, o *Object) error {
	f := b.Fields()
	text := func(col int, s string) { f[col].(*array.StringBuilder).Append(s) }
	integer := func(col int, n int64) { f[col].(*array.Int64Builder).Append(n) }
	binary := func(col int, v []byte) { f[col].(*array.BinaryBuilder).Append(v) }
	rest, err := o.rest()
	if err != nil {
		return fmt.Errorf("noting %q: %w", o.Name, err)
	}
	text(colName, o.Name)
	integer(colSize, o.Size)
	text(colTag, o.Tag)
	integer(colModified, o.Modified)
	binary(colSum, unlessZero(o.Sum))
	f[colState].(*array.Uint8Builder).Append(uint8(o.State))
	f[colForgotten].(*array.BooleanBuilder).Append(o.Forgotten)
	integer(colStored, o.Stored-o.Size)
	integer(colInflated, o.Inflated)
	integer(colSeen, int64(o.Seen))
	integer(colRefused, int64(o.Refused))
	var plain []byte
	if o.Plain != nil {
		plain = o.Plain[:]
	}
	binary(colPlain, plain)
	text(colRest, string(rest))
	integer(colEvents, int64(len(o.Events)))
	appendPlaces(f, o.Places)
	binary(colMoments, appendMoments(nil, o.Places))
	return nil
}

func unlessZero(sum [16]byte) []byte {
	if sum == ([16]byte{}) {
		return nil
	}
	return sum[:]
}

func appendPlaces(f []array.Builder, places []Place) {
	list := func(col int) *array.Int64Builder {
		l := f[col].(*array.ListBuilder)
		l.Append(true)
		return l.ValueBuilder().(*array.Int64Builder)
	}
	names := f[colPlaces].(*array.ListBuilder)
	names.Append(true)
	times, counts, hours := list(colTimes), list(colCounts), list(colHours)
	for i := range places {
		p := &places[i]
		names.ValueBuilder().(*array.StringBuilder).Append(placeName(p.Account, p.Region))
		times.Append(p.First.Unix())
		times.Append(p.Last.Unix())
		for _, n := range []int{p.Records, p.KMS, p.Launches, p.Reads, len(p.Hours)} {
			counts.Append(int64(n))
		}
		for _, h := range p.Hours {
			hours.Append(h)
		}
	}
}

// columns reads the rows of a record. It holds the first columns alone, or all.
type columns struct{ rec arrow.Record }

func (c columns) text(col, i int) string { return c.rec.Column(col).(*array.String).Value(i) }
func (c columns) integer(col, i int) int64 {
	return c.rec.Column(col).(*array.Int64).Value(i)
}
func (c columns) binary(col, i int) []byte { return c.rec.Column(col).(*array.Binary).Value(i) }

func (c columns) state(i int) custody.State {
	return custody.State(c.rec.Column(colState).(*array.Uint8).Value(i))
}

func (c columns) known(i int) Known {
	k := Known{
		Name: strings.Clone(c.text(colName, i)), Size: c.integer(colSize, i), Tag: strings.Clone(c.text(colTag, i)),
		Modified: c.integer(colModified, i), State: c.state(i),
		Forgotten: c.rec.Column(colForgotten).(*array.Boolean).Value(i),
	}
	copy(k.Sum[:], c.binary(colSum, i))
	return k
}

// object fills o from a row, but for its events, and returns how many there are.
func (c columns) object(i int, o *Object, names *placeNames) (int, error) {
	*o = Object{
		Known: c.known(i), Stored: c.integer(colStored, i), Inflated: c.integer(colInflated, i),
		Seen: int(c.integer(colSeen, i)), Refused: int(c.integer(colRefused, i)),
		Places: o.Places[:0], Events: o.Events[:0], hours: o.hours[:0],
	}
	if sum := c.binary(colPlain, i); len(sum) == len(o.Plain) {
		o.Plain = (*[32]byte)(append([]byte(nil), sum...))
	}
	if rest := c.text(colRest, i); rest != "" {
		if err := json.Unmarshal([]byte(rest), &o.Rest); err != nil {
			return 0, fmt.Errorf("%w: %q: %w", ErrDamaged, o.Name, err)
		}
	}
	if err := c.places(i, o, names); err != nil {
		return 0, fmt.Errorf("%w: %q: %w", ErrDamaged, o.Name, err)
	}
	if !c.earlier() {
		o.Stored += o.Size
		if err := takeMoments(c.binary(colMoments, i), o.Places); err != nil {
			return 0, fmt.Errorf("%w: %q: %w", ErrDamaged, o.Name, err)
		}
	}
	return int(c.integer(colEvents, i)), nil
}

// earlier reports whether the version before wrote what was read.
func (c columns) earlier() bool { return c.rec.NumCols() == colMoments }

const countsOfPlace = 5

// placeName is an account and region in one. What stands in a record is for anybody
// to write: an account can have spaces.
func placeName(account, region string) string {
	if strings.ContainsAny(account, ` "`) {
		account = strconv.Quote(account)
	}
	return account + " " + region
}

// placeNames keeps the few places that there are.
type placeNames struct{ known map[string][2]string }

func (p *placeNames) of(name string) (account, region string) {
	if at, ok := p.known[name]; ok {
		return at[0], at[1]
	}
	if p.known == nil {
		p.known = map[string][2]string{}
	}
	name = strings.Clone(name)
	account, region, _ = strings.Cut(name, " ")
	if quoted, err := strconv.QuotedPrefix(name); err == nil && quoted[0] == '"' {
		if unquoted, err := strconv.Unquote(quoted); err == nil && strings.HasPrefix(name[len(quoted):], " ") {
			account, region = unquoted, name[len(quoted)+1:]
		}
	}
	p.known[name] = [2]string{account, region}
	return account, region
}

func (c columns) places(i int, o *Object, known *placeNames) error {
	list := func(col int) (*array.List, int, int) {
		l := c.rec.Column(col).(*array.List)
		from, to := l.ValueOffsets(i)
		return l, int(from), int(to)
	}
	ints := func(col int) []int64 {
		l, from, to := list(col)
		return l.ListValues().(*array.Int64).Int64Values()[from:to]
	}
	names, from, to := list(colPlaces)
	times, counts, hours := ints(colTimes), ints(colCounts), ints(colHours)
	if len(times) != 2*(to-from) || len(counts) != countsOfPlace*(to-from) {
		return fmt.Errorf("%d places with %d times and %d counts", to-from, len(times), len(counts))
	}
	o.hours = append(o.hours, hours...)
	hours = o.hours
	for n := range to - from {
		account, region := known.of(names.ListValues().(*array.String).Value(from + n))
		of := counts[countsOfPlace*n:]
		if of[4] < 0 || int(of[4]) > len(hours) {
			return fmt.Errorf("%d hours of %d", of[4], len(hours))
		}
		o.Places = append(o.Places, Place{
			Account: account, Region: region, First: c.moment(times[2*n]), Last: c.moment(times[2*n+1]),
			Records: int(of[0]), KMS: int(of[1]), Launches: int(of[2]), Reads: int(of[3]), Hours: hours[:of[4]],
		})
		hours = hours[of[4]:]
	}
	return nil
}

func (c columns) moment(at int64) time.Time {
	if c.earlier() {
		return time.Unix(0, at).UTC()
	}
	return time.Unix(at, 0).UTC()
}
