package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"throughline/care"
)

// projection says how items become rows of one table. The items go to the database as one JSON
// array, and the database takes the columns from them: one statement for any number of rows.
type projection struct {
	table   string
	context []string // key columns that the item itself does not name: from the turn
	key     []string // the primary key
	columns []column // taken from the item
	grows   bool     // rows are only added, so that a second one with the same key is a defect
}

// column is a column with the item's field that it comes from.
type column struct {
	name, kind string
	field      string // where it is not named like the column
}

// row is one item with the turn that it is from.
type row struct {
	EnrollmentID care.ID    `json:"enrollment_id"`
	PatientID    care.ID    `json:"patient_id"`
	Seq          int64      `json:"seq"`
	Ordinal      int        `json:"ordinal"`
	Definition   string     `json:"definition"`
	WakesAt      *time.Time `json:"wakes_at"`
	Body         any        `json:"body"`
}

// items is the rows' source: $1 is a JSON array of row.
const items = `jsonb_to_recordset($1::jsonb) AS turn(enrollment_id uuid, patient_id uuid, seq bigint, ordinal integer, definition text, wakes_at timestamptz, body jsonb)`

// statement writes the INSERT of the projection; extra holds further columns with their values.
func (p projection) statement(extra ...[2]string) string {
	var names, values, fields []string
	for _, name := range p.context {
		names, values = append(names, name), append(values, "turn."+name)
	}
	for _, c := range p.columns {
		names, values = append(names, c.name), append(values, c.value())
		fields = append(fields, c.source()+" "+c.jsonKind())
	}
	for _, e := range extra {
		names, values = append(names, e[0]), append(values, e[1])
	}
	names, values = append(names, "body"), append(values, "turn.body")
	return "INSERT INTO " + p.table + " (" + strings.Join(names, ", ") + ")" +
		"\nSELECT " + strings.Join(values, ", ") +
		"\nFROM " + items + ", jsonb_to_record(turn.body) AS item(" + strings.Join(fields, ", ") + ")" +
		p.onConflict(names)
}

func (p projection) onConflict(names []string) string {
	if p.grows {
		return ""
	}
	var set []string
	for _, name := range names {
		set = append(set, name+" = excluded."+name)
	}
	return "\nON CONFLICT (" + strings.Join(p.key, ", ") + ") DO UPDATE SET " + strings.Join(set, ", ")
}

func (c column) source() string {
	if c.field != "" {
		return `"` + c.field + `"`
	}
	return `"` + c.name + `"`
}

// jsonKind is the type in which the field is read: an absent id may be written as an empty text.
func (c column) jsonKind() string {
	if c.kind == "uuid" {
		return "text"
	}
	return c.kind
}

// value gives the column's value. Our JSON leaves out what is empty, which is not the same as
// unknown; times and ids alone can be null.
func (c column) value() string {
	source := "item." + c.source()
	switch c.kind {
	case "uuid":
		return "NULLIF(" + source + ", '')::uuid"
	case "text":
		return "COALESCE(" + source + ", '')"
	case "boolean":
		return "COALESCE(" + source + ", false)"
	case "integer":
		return "COALESCE(" + source + ", 0)"
	}
	return source
}

// sheet collects the rows of one table. A later row with the same key replaces the earlier one.
type sheet struct {
	rows []row
	at   map[string]int
}

func (s *sheet) put(key string, r row) {
	if i, known := s.at[key]; known {
		s.rows[i] = r
		return
	}
	if s.at == nil {
		s.at = map[string]int{}
	}
	s.at[key] = len(s.rows)
	s.rows = append(s.rows, r)
}

func (s *sheet) add(r row) { s.rows = append(s.rows, r) }

func (s *sheet) queue(batch *pgx.Batch, statement string) error {
	if len(s.rows) == 0 {
		return nil
	}
	text, err := encode(s.rows)
	if err != nil {
		return err
	}
	batch.Queue(statement, string(text))
	return nil
}

// decodeExact reads JSON and keeps numbers as they are written.
func decodeExact(text []byte, into any) error {
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("reading JSON: %w", err)
	}
	return nil
}
