package trailtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// Damages of the object as stored.

func truncate(data []byte, args []string) ([]byte, error) {
	keep := len(data) / 2
	if len(args) > 0 {
		var err error
		if keep, err = cutAt(len(data), args[0]); err != nil {
			return nil, err
		}
	}
	if keep < 0 || keep >= len(data) {
		return nil, fmt.Errorf("cutting %d bytes to %d takes nothing off", len(data), keep)
	}
	return data[:keep], nil
}

func cutAt(size int, arg string) (int, error) {
	if strings.Contains(arg, ".") {
		f, err := strconv.ParseFloat(arg, 64)
		return int(f * float64(size)), err
	}
	return offset(size, arg)
}

// offset reads a position; a negative one counts from the end.
func offset(size int, arg string) (int, error) {
	n, err := strconv.Atoi(arg)
	if n < 0 {
		n += size
	}
	return n, err
}

func flip(data []byte, args []string) ([]byte, error) {
	n, err := offset(len(data), args[0])
	if err != nil {
		return nil, err
	}
	if n < 0 || n >= len(data) {
		return nil, fmt.Errorf("there is no byte %s in %d", args[0], len(data))
	}
	data[n] ^= 0xff
	return data, nil
}

// breakCRC touches the checksum alone: eight bytes before the end, before the
// length.
func breakCRC(data []byte, _ []string) ([]byte, error) {
	if !zipped(data) || len(data) < 18 {
		return nil, errors.New("not a gzip object")
	}
	data[len(data)-8] ^= 1
	return data, nil
}

func appendBytes(data []byte, args []string) ([]byte, error) {
	text := "trailing bytes"
	if len(args) > 0 {
		text = args[0]
	}
	return append(data, text...), nil
}

func appendMember(data []byte, _ []string) ([]byte, error) {
	log, err := forged()
	if err != nil {
		return nil, err
	}
	second, err := deflate(log, 1)
	return append(data, second...), err
}

// forged is a log that would explain a stop away, so that a reader who believes
// it comes to another conclusion.
func forged() ([]byte, error) {
	t, err := Parse(`
		file forged.json plain
		stop at=2026-03-02T10:25:00Z by=user/forged instance=i-0aaa1111bbbb2222c`)
	if err != nil {
		return nil, err
	}
	return t.Objects[0].Data, nil
}

func zipped(data []byte) bool { return bytes.HasPrefix(data, []byte{0x1f, 0x8b}) }

// inflate returns the content of all members.
func inflate(data []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("inflating: %w", err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("inflating: %w", err)
	}
	return text, nil
}
