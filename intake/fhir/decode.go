package fhir

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"throughline/care"
)

// decode reads one JSON value into T. Elements that T doesn't name are passed over; a value of
// the wrong type is an error that names its path.
func decode[T any](raw []byte, path string) (T, error) {
	var value T
	err := json.Unmarshal(raw, &value)
	if err == nil {
		return value, nil
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		at := path + pathAt(raw, wrong.Offset)
		return value, invalid(at, "holds a JSON %s where FHIR R4 has %s; correct the element or leave it out", wrong.Value, expected(wrong))
	}
	return value, invalid(path, "can't be read as JSON; send it as FHIR R4 JSON")
}

// invalid makes the error of a wrong input: where, what, and what to do. It never quotes the
// value, which may be a patient fact.
func invalid(path, format string, args ...any) *care.Error {
	return care.Errorf(care.Invalid, "%s %s", path, fmt.Sprintf(format, args...)).At(path)
}

func expected(wrong *json.UnmarshalTypeError) string {
	switch wrong.Type.Kind().String() {
	case "string":
		if wrong.Type.Name() == "Number" {
			return "a number"
		}
		return "a string"
	case "bool":
		return "true or false"
	case "slice":
		return "a list"
	default:
		return "an object"
	}
}

// checkSyntax refuses what isn't exactly one JSON object, saying where it stops being one.
func checkSyntax(body []byte) error {
	trimmed := bytes.TrimSpace(body)
	if len(trimmed) == 0 {
		return invalid("body", "is empty; send one FHIR resource or Bundle as JSON")
	}
	if trimmed[0] == '<' {
		return invalid("body", "looks like XML; send FHIR as JSON (application/fhir+json)")
	}
	if trimmed[0] != '{' {
		return invalid("body", "is not a JSON object; send one FHIR resource or Bundle")
	}
	decoder := json.NewDecoder(bytes.NewReader(trimmed))
	var first json.RawMessage
	if err := decoder.Decode(&first); err != nil {
		return syntaxError(trimmed, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return invalid("body", "holds more than one JSON value; send one resource or Bundle at a time, and gather the lines of an NDJSON export into a Bundle for each patient")
	}
	return nil
}

func syntaxError(body []byte, err error) error {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return invalid("body", "ends before its JSON does; was it cut short on the way?")
	}
	before := body[:min(int(syntax.Offset), len(body))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := len(before) - bytes.LastIndexByte(before, '\n') - 1
	return invalid("body", "is not well-formed JSON at line %d, column %d; send FHIR as JSON", line, column)
}

// step is one level of the JSON document that pathAt is inside of.
type step struct {
	list  bool
	name  string // the present member's name, of an object
	index int    // the present item's index, of a list
	value bool   // an object's next token is a value
}

// pathAt gives the path (".name[0].family") of the value that contains or ends at the offset.
func pathAt(raw []byte, offset int64) string {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var stack []step
	for {
		token, err := decoder.Token()
		if err != nil {
			return pathOf(stack)
		}
		if closing(token) {
			stack = leave(stack)
			continue
		}
		top := len(stack) - 1
		if top >= 0 && !stack[top].list && !stack[top].value {
			stack[top].name, stack[top].value = fmt.Sprint(token), true
			continue
		}
		if decoder.InputOffset() >= offset {
			return pathOf(stack)
		}
		if delim, ok := token.(json.Delim); ok {
			stack = append(stack, step{list: delim == '['})
			continue
		}
		pass(stack)
	}
}

func closing(token json.Token) bool {
	delim, ok := token.(json.Delim)
	return ok && (delim == '}' || delim == ']')
}

func leave(stack []step) []step {
	stack = stack[:len(stack)-1]
	pass(stack)
	return stack
}

// pass moves on from a value that was read whole.
func pass(stack []step) {
	if len(stack) == 0 {
		return
	}
	top := &stack[len(stack)-1]
	if top.list {
		top.index++
		return
	}
	top.value = false
}

func pathOf(stack []step) string {
	var path strings.Builder
	for _, s := range stack {
		if s.list {
			fmt.Fprintf(&path, "[%d]", s.index)
			continue
		}
		if s.name != "" {
			path.WriteString("." + s.name)
		}
	}
	return path.String()
}
