package trailtest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Damage is one way to spoil a stored object.
type Damage struct {
	Name string
	Args string // what it takes, in the manner of a usage line
	Doc  string

	apply  func(data []byte, args []string) ([]byte, error)
	rename func(path string) string // nil keeps the name
}

// Apply returns data spoilt. It leaves data itself alone, and refuses to do
// nothing: a test of damage that was not done would pass for the wrong reason.
func (d Damage) Apply(data []byte, args ...string) ([]byte, error) {
	if least, most := arity(d.Args); len(args) < least || len(args) > most {
		return nil, fmt.Errorf("%s takes %s, not %d arguments", d.Name, orNothing(d.Args), len(args))
	}
	out, err := d.apply(slices.Clone(data), args)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.Name, err)
	}
	return out, nil
}

// arity counts the words of a usage line; those in brackets may be left out.
func arity(usage string) (least, most int) {
	for _, word := range strings.Fields(usage) {
		most++
		if word[0] != '[' {
			least++
		}
	}
	return least, most
}

func orNothing(usage string) string {
	if usage == "" {
		return "no arguments"
	}
	return usage
}

// Spoil damages the object stored at path, in place, in the way named how. See
// [Damages] for the ways.
func Spoil(path, how string, args ...string) error {
	i := slices.IndexFunc(damages, func(d Damage) bool { return d.Name == how })
	if i < 0 {
		return fmt.Errorf("spoiling %q: no damage is called %q", path, how)
	}
	if err := spoil(path, damages[i], args); err != nil {
		return fmt.Errorf("spoiling %q: %w", path, err)
	}
	return nil
}

func spoil(path string, d Damage, args []string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if data, err = d.Apply(data, args...); err != nil {
		return err
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		return err
	}
	if d.rename == nil {
		return nil
	}
	to := d.rename(filepath.ToSlash(path))
	if to == filepath.ToSlash(path) {
		return fmt.Errorf("%s: the name has nothing to lose", d.Name)
	}
	return os.Rename(path, filepath.FromSlash(to))
}

// Damages lists the ways to spoil an object.
func Damages() []Damage { return slices.Clone(damages) }

var damages = []Damage{
	{Name: "truncate", Args: "[0.F|N|-N]", Doc: "keep a fraction (half), the first N bytes, or all but the last N", apply: truncate},
	{Name: "crc", Doc: "flip a bit of the last gzip checksum", apply: breakCRC},
	{Name: "flip", Args: "N", Doc: "invert byte N; a negative N counts from the end", apply: flip},
	{Name: "empty", Doc: "keep nothing", apply: func([]byte, []string) ([]byte, error) { return nil, nil }},
	{Name: "append-bytes", Args: "[TEXT]", Doc: "put bytes after the stored object", apply: appendBytes},
	{Name: "append-member", Doc: "put a gzip member with a forged log after the object", apply: appendMember},
	{Name: "gunzip", Doc: "store the content uncompressed", apply: func(data []byte, _ []string) ([]byte, error) { return inflate(data) }},
	{Name: "rename-to-no-gz", Doc: "take .gz off the name and leave the bytes", apply: func(data []byte, _ []string) ([]byte, error) { return data, nil },
		rename: func(path string) string { return strings.TrimSuffix(path, ".gz") }},

	{Name: "cut-json", Args: "[0.F|N|-N]", Doc: "cut the JSON, as truncate cuts, in a sound gzip member", apply: onText(truncate)},
	{Name: "append-json", Args: "[TEXT]", Doc: "put text (a forged log) after the JSON, inside the gzip member", apply: onText(appendJSONText)},
	{Name: "swap", Args: "OLD NEW", Doc: "put one text in the place of another, once, and compress anew", apply: onText(swap)},
	{Name: "recompress", Doc: "compress the same content anew", apply: onText(func(text []byte, _ []string) ([]byte, error) { return text, nil })},
	{Name: "bom", Doc: "put a byte order mark before the JSON", apply: onText(bom)},

	{Name: "records-null", Doc: "make the records null", apply: onLog(recordsNull)},
	{Name: "drop-field", Args: "RECORD FIELD", Doc: "take a field, such as userIdentity.arn, out of a record", apply: onLog(dropField)},
	{Name: "set-field", Args: "RECORD FIELD JSON", Doc: "put a JSON value into a field of a record", apply: onLog(setField)},
	{Name: "duplicate-record", Args: "RECORD", Doc: "put a record in once more, at the end", apply: onLog(duplicateRecord)},
}
