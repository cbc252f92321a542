package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"grantrail/analyze/incident"
)

// ReadCase reads a case file, as [Render] with [JSON] wrote it. Rendered
// again, the case gives the same bytes.
//
// It refuses any other schema, anything after the object, and members that the
// schema does not have: to drop one would be to lose evidence in silence.
func ReadCase(r io.Reader) (*incident.Case, error) {
	doc, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("reading case: %w", err)
	}
	if err := checkSchema(doc); err != nil {
		return nil, fmt.Errorf("reading case: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.DisallowUnknownFields()
	var c incident.Case
	if err := dec.Decode(&c); err != nil {
		return nil, fmt.Errorf("reading case: %w", err)
	}
	return &c, nil
}

// checkSchema looks at the schema name alone, so that a file of another kind
// or version is called that, and not by its first strange member.
func checkSchema(doc []byte) error {
	var head struct {
		Schema *string `json:"schema"`
	}
	switch err := json.Unmarshal(doc, &head); {
	case err != nil:
		return err
	case head.Schema == nil:
		return errors.New("not a case file: no schema")
	case *head.Schema != incident.Schema:
		return fmt.Errorf("schema is %q, want %q", *head.Schema, incident.Schema)
	}
	return nil
}
