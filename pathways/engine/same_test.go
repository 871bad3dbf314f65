package engine

import (
	"reflect"
	"slices"
	"testing"
	"time"
)

// A field that the comparisons do not know would leave a change without its row: each field there is,
// however deep, is changed once, and must be seen.
func TestSame(t *testing.T) {
	changes(t, "Step", full[Step], sameStep)
	changes(t, "Clock", full[Clock], sameClock)
}

// full gives a value with something in every field.
func full[T any]() *T {
	v := new(T)
	fill(reflect.ValueOf(v).Elem())
	return v
}

var someTime = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

func fill(v reflect.Value) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(someTime))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Struct:
		for _, field := range v.Fields() {
			fill(field)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.String:
		v.SetString("a")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Float64:
		v.SetFloat(1)
	case reflect.Interface:
		v.Set(reflect.ValueOf([]any{"a"}))
	default:
		panic("a field of a kind that this test does not know: " + v.Type().String())
	}
}

func changes[T any](t *testing.T, name string, fresh func() *T, equal func(a, b *T) bool) {
	t.Helper()
	if !equal(fresh(), fresh()) {
		t.Fatalf("%s: what is the same is told apart", name)
	}
	checked := 0
	walk(reflect.ValueOf(fresh()).Elem(), name, nil, func(path string, index []int) {
		other := fresh()
		field := at(reflect.ValueOf(other).Elem(), index)
		field.Set(reflect.Zero(field.Type()))
		if checked++; equal(fresh(), other) || equal(other, fresh()) {
			t.Errorf("a change of %s is not seen", path)
		}
	})
	if checked < 10 {
		t.Errorf("%s: only %d fields were changed", name, checked)
	}
}

// walk visits every field, and those of what lies behind pointers and in slices.
func walk(v reflect.Value, path string, index []int, visit func(path string, index []int)) {
	if len(index) > 0 {
		visit(path, index)
	}
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
	case v.Kind() == reflect.Pointer:
		walk(v.Elem(), path, append(slices.Clip(index), behind), func(p string, i []int) {
			if i[len(i)-1] != behind {
				visit(p, i)
			}
		})
	case v.Kind() == reflect.Slice:
		walk(v.Index(0), path+"[0]", append(slices.Clip(index), 0), visit)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			walk(v.Field(i), path+"."+v.Type().Field(i).Name, append(slices.Clip(index), i), visit)
		}
	}
}

// behind stands in an index for what a pointer points to.
const behind = -1

func at(v reflect.Value, index []int) reflect.Value {
	for _, i := range index {
		switch {
		case i == behind:
			v = v.Elem()
		case v.Kind() == reflect.Slice:
			v = v.Index(i)
		default:
			v = v.Field(i)
		}
	}
	return v
}
