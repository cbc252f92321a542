package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"

	"grantrail/analyze/incident"
)

// ReadCase reads a case file, as [Render] with [JSON] wrote it. Rendered
// again, the case gives the same bytes.
//
// It refuses any other schema, anything after the object, and members that the
// schema does not have: to drop one would be to lose evidence in silence.
func ReadCase(r io.Reader) (*incident.Case, error) {
	doc, err := readAll(r)
	if err != nil {
		return nil, fmt.Errorf("reading case: %w", err)
	}
	if err := checkSchema(doc); err != nil {
		return nil, fmt.Errorf("reading case: %w", err)
	}
	c, err := decodeCase(doc)
	if err != nil {
		return nil, fmt.Errorf("reading case: %w", err)
	}
	return c, nil
}

// readAll is io.ReadAll, which for a file of half a gigabyte takes twice as
// much for want of its size. A file of more than an int holds, as of 2 GB where that
// has 32 bits, fits no memory: a buffer panics over it, so it is refused before.
func readAll(r io.Reader) ([]byte, error) {
	var b bytes.Buffer
	if f, ok := r.(interface{ Stat() (fs.FileInfo, error) }); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			size := info.Size()
			if size > math.MaxInt-bytes.MinRead {
				return nil, fmt.Errorf("%d bytes are more than memory can hold here", size)
			}
			b.Grow(int(size) + bytes.MinRead)
		}
	}
	_, err := b.ReadFrom(r)
	return b.Bytes(), err
}

// decodeCase decodes the incidents one at a time and what is left as a whole: a
// decoder holds a copy of the value that it is at, and the incidents of a large
// case are half a gigabyte.
func decodeCase(doc []byte) (*incident.Case, error) {
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.DisallowUnknownFields()
	if _, err := dec.Token(); err != nil { // the brace
		return nil, err
	}
	c := &incident.Case{}
	rest := []byte("{")
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, err
		}
		if name == "incidents" {
			if c.Incidents, err = decodeIncidents(dec); err != nil {
				return nil, err
			}
			continue
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, err
		}
		if len(rest) > 1 {
			rest = append(rest, ',')
		}
		rest = append(appendString(rest, fmt.Sprint(name)), ':')
		rest = append(rest, value...)
	}
	strict := json.NewDecoder(bytes.NewReader(append(rest, '}')))
	strict.DisallowUnknownFields()
	return c, strict.Decode(c)
}

// decodeIncidents decodes the list, or null, that a decoder is at.
func decodeIncidents(dec *json.Decoder) ([]incident.Incident, error) {
	switch open, err := dec.Token(); {
	case err != nil:
		return nil, err
	case open == nil:
		return nil, nil
	case open != json.Delim('['):
		return nil, fmt.Errorf("incidents are %v, want a list", open)
	}
	all := []incident.Incident{}
	for dec.More() {
		var in incident.Incident
		if err := dec.Decode(&in); err != nil {
			return nil, err
		}
		all = append(all, in)
	}
	_, err := dec.Token() // the bracket
	return all, err
}

// checkSchema looks at the schema name alone, so that a file of another kind
// or version is called that, and not by its first strange member.
func checkSchema(doc []byte) error {
	var head struct {
		Schema *string `json:"schema"`
	}
	err := json.Unmarshal(doc, &head)
	var otherwise *json.UnmarshalTypeError // a list, a number: JSON, and nothing of ours
	switch {
	case errors.As(err, &otherwise), err == nil && head.Schema == nil:
		return errors.New("not a case file: no schema")
	case err != nil:
		return err
	case *head.Schema != incident.Schema:
		return fmt.Errorf("schema is %q, want %q", *head.Schema, incident.Schema)
	}
	return nil
}
