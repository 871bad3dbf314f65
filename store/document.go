package store

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// document is a JSON column that holds one T.
type document[T any] struct{ V T }

// Scan reads the column.
func (d *document[T]) Scan(src any) error {
	switch v := src.(type) {
	case string:
		return d.read([]byte(v))
	case []byte:
		return d.read(v)
	case nil:
		return nil
	}
	return errors.New("the column holds no JSON")
}

func (d *document[T]) read(text []byte) error {
	if err := json.Unmarshal(text, &d.V); err != nil {
		return fmt.Errorf("reading JSON: %w", err)
	}
	return nil
}

// Value writes the column.
func (d document[T]) Value() (driver.Value, error) {
	text, err := encode(d.V)
	if err != nil {
		return nil, err
	}
	return string(text), nil
}

// encode writes v as JSON that PostgreSQL can keep.
func encode(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("writing JSON: %w", err)
	}
	return withoutNUL(text), nil
}

// withoutNUL replaces NUL characters in JSON text by the replacement character, because a jsonb
// value cannot hold them and a note with one must not stop a pathway.
func withoutNUL(text []byte) []byte {
	const escaped = `\u0000`
	if !bytes.Contains(text, []byte(escaped)) {
		return text
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			out = append(out, text[i])
			continue
		}
		if bytes.HasPrefix(text[i:], []byte(escaped)) {
			out = append(out, `\ufffd`...)
			i += len(escaped) - 1
			continue
		}
		out = append(out, text[i], text[i+1]) // an escape of two characters: never look into its second
		i++
	}
	return out
}

// textArray is a text[] column. It is only written: the body is what is read.
type textArray []string

// Value writes the column in PostgreSQL's array notation.
func (a textArray) Value() (driver.Value, error) {
	quoted := make([]string, 0, len(a))
	for _, v := range a {
		quoted = append(quoted, `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v)+`"`)
	}
	return "{" + strings.Join(quoted, ",") + "}", nil
}
