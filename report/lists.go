package report

import (
	"reflect"
	"time"
)

// withLists returns a copy of v in which every nil list and map is an empty
// one: the schemas have an empty list there, never null. Byte slices are left
// alone; they are policies, and those are null where none can help.
func withLists[T any](v T) T {
	return filled(reflect.ValueOf(v)).Interface().(T)
}

// filled copies v as far down as a list can be. It goes by type, so that a
// list added to the case is covered without anyone thinking of it here.
func filled(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Pointer:
		return filledPointer(v)
	case reflect.Struct:
		return filledStruct(v)
	case reflect.Slice:
		return filledSlice(v)
	case reflect.Map:
		if v.IsNil() {
			return reflect.MakeMap(v.Type())
		}
	}
	return v
}

func filledPointer(v reflect.Value) reflect.Value {
	if v.IsNil() {
		return v
	}
	p := reflect.New(v.Type().Elem())
	p.Elem().Set(filled(v.Elem()))
	return p
}

func filledStruct(v reflect.Value) reflect.Value {
	if v.Type() == reflect.TypeFor[time.Time]() {
		return v
	}
	s := reflect.New(v.Type()).Elem()
	for i := range v.NumField() {
		s.Field(i).Set(filled(v.Field(i)))
	}
	return s
}

func filledSlice(v reflect.Value) reflect.Value {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return v
	}
	s := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	for i := range v.Len() {
		s.Index(i).Set(filled(v.Index(i)))
	}
	return s
}
