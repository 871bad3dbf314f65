package questionnaire

import (
	"bytes"
	"fmt"
	"reflect"

	"github.com/goccy/go-yaml"

	"throughline/pathways"
)

// File writes a part that Read made as an author would: a file to look through, and to change. The
// notes stand above it.
func File(part pathways.Part, notes []Note) ([]byte, error) {
	var out bytes.Buffer
	for _, n := range notes {
		fmt.Fprintf(&out, "# %s\n", n)
	}
	forms := make(yaml.MapSlice, len(part.Forms))
	for i, f := range part.Forms {
		forms[i] = yaml.MapItem{Key: f.Name, Value: formOf(f)}
	}
	document := listed{
		{"part", part.Part}, {"version", part.Version}, {"title", part.Title}, {"sources", part.Sources}, {"forms", forms},
	}.given()
	if err := yaml.NewEncoder(&out, yaml.IndentSequence(true), yaml.UseLiteralStyleIfMultiline(true)).Encode(document); err != nil {
		return nil, fmt.Errorf("writing the part %s: %w", part.Part, err)
	}
	return out.Bytes(), nil
}

// listed are the keys of a mapping in the order in which an author writes them.
type listed []struct {
	key   string
	value any
}

// inline is a list that stands on one line.
type inline[T any] []T

// MarshalYAML implements yaml.BytesMarshaler.
func (l inline[T]) MarshalYAML() ([]byte, error) {
	text, err := yaml.MarshalWithOptions([]T(l), yaml.Flow(true))
	if err != nil {
		return nil, fmt.Errorf("writing a list: %w", err)
	}
	return text, nil
}

// given leaves out what says nothing.
func (l listed) given() yaml.MapSlice {
	var m yaml.MapSlice
	for _, e := range l {
		if v := reflect.ValueOf(e.value); v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0 {
			continue
		}
		m = append(m, yaml.MapItem{Key: e.key, Value: e.value})
	}
	return m
}

func formOf(f pathways.Form) yaml.MapSlice {
	words := make(yaml.MapSlice, 0, len(f.Translations))
	for _, t := range f.Translations {
		words = append(words, yaml.MapItem{Key: t.Language, Value: listed{{"title", t.Title}, {"intro", t.Intro}, {"thanks", t.Thanks}}.given()})
	}
	fields := make([]yaml.MapSlice, len(f.Fields))
	for i, q := range f.Fields {
		fields[i] = fieldOf(q)
	}
	var score yaml.MapSlice
	if f.Score != nil {
		score = listed{{"by", f.Score.By}, {"variant", f.Score.Variant}, {"missing", f.Score.Missing}}.given()
	}
	return listed{
		{"title", f.Title}, {"intro", f.Intro}, {"thanks", f.Thanks}, {"translations", words}, {"code", f.Code}, {"score", score}, {"fields", fields},
	}.given()
}

func fieldOf(f pathways.Field) yaml.MapSlice {
	words := make(yaml.MapSlice, 0, len(f.Translations))
	for _, t := range f.Translations {
		words = append(words, yaml.MapItem{Key: t.Language, Value: listed{{"ask", t.Ask}, {"help", t.Help}, {"unit", t.Unit}, {"labels", t.Labels}}.given()})
	}
	return listed{
		{"id", f.ID}, {"ask", f.Ask}, {"help", f.Help}, {"type", f.Type}, {"unit", f.Unit}, {"min", f.Min}, {"max", f.Max},
		{"values", inline[string](f.Values)}, {"labels", f.Labels}, {"codes", inline[string](f.Codes)}, {"exclusive", inline[string](f.Exclusive)}, {"points", inline[int](f.Points)},
		{"required", f.Required}, {"when", f.When}, {"for", inline[string](f.For)}, {"sensitive", inline[string](f.Sensitive)},
		{"link", f.Link}, {"code", f.Code}, {"translations", words},
	}.given()
}
