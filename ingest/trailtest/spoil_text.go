package trailtest

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// Damages of the content, in a container that stays sound: what was compressed
// is compressed again, what was plain stays plain.

type damage = func(data []byte, args []string) ([]byte, error)

func onText(change damage) damage {
	return func(data []byte, args []string) ([]byte, error) {
		if !zipped(data) {
			return change(data, args)
		}
		text, err := inflate(data)
		if err != nil {
			return nil, err
		}
		if text, err = change(text, args); err != nil {
			return nil, err
		}
		return deflate(text, 1)
	}
}

func appendJSONText(text []byte, args []string) ([]byte, error) {
	if len(args) > 0 {
		return append(text, args[0]...), nil
	}
	log, err := forged()
	return append(text, log...), err
}

func bom(text []byte, _ []string) ([]byte, error) {
	return append([]byte("\ufeff"), text...), nil
}

// onLog changes the object {"Records": […]} itself.
func onLog(change func(log object, records list, args []string) (object, error)) damage {
	return onText(func(text []byte, args []string) ([]byte, error) {
		v, err := decodeJSON(text)
		if err != nil {
			return nil, err
		}
		log, _ := v.(object)
		records, ok := log.get("Records").(list)
		if !ok {
			return nil, errors.New("not a log file with records")
		}
		if log, err = change(log, records, args); err != nil {
			return nil, err
		}
		return appendJSON(nil, log), nil
	})
}

func recordsNull(log object, _ list, _ []string) (object, error) {
	return log.with("Records", nil), nil
}

func dropField(log object, records list, args []string) (object, error) {
	return editRecord(log, records, args[0], args[1])
}

func setField(log object, records list, args []string) (object, error) {
	value, err := decodeJSON([]byte(args[2]))
	if err != nil {
		return nil, err
	}
	return editRecord(log, records, args[0], args[1], value)
}

func editRecord(log object, records list, number, path string, value ...any) (object, error) {
	i, record, err := pick(records, number)
	if err != nil {
		return nil, err
	}
	if records[i], err = edit(record, path, value...); err != nil {
		return nil, err
	}
	return log, nil
}

func duplicateRecord(log object, records list, args []string) (object, error) {
	_, record, err := pick(records, args[0])
	if err != nil {
		return nil, err
	}
	return log.with("Records", append(records, record)), nil
}

// pick finds a record by its zero-based number.
func pick(records list, number string) (int, object, error) {
	i, err := strconv.Atoi(number)
	if err != nil || i < 0 || i >= len(records) {
		return 0, nil, fmt.Errorf("there is no record %s in %d", number, len(records))
	}
	record, ok := records[i].(object)
	if !ok {
		return 0, nil, fmt.Errorf("record %s is not an object", number)
	}
	return i, record, nil
}

// swap changes the first place where a text stands.
func swap(text []byte, args []string) ([]byte, error) {
	if !bytes.Contains(text, []byte(args[0])) {
		return nil, fmt.Errorf("%q is not in it", args[0])
	}
	return bytes.Replace(text, []byte(args[0]), []byte(args[1]), 1), nil
}
