package hl7v2

import (
	"strconv"
	"strings"
)

// null is HL7's explicit null: the sender says that there is no value, and that one we hold is
// to go. It is not the same as an empty field, which says nothing.
const null = `""`

// Present tells whether the message holds the segment.
func (s Segment) Present() bool { return s.msg != nil }

// Field gives field n, 1-based, empty where it is absent. Field 1 of MSH is the separator.
func (s Segment) Field(n int) Field {
	if n < 1 || n >= len(s.fields) {
		return Field{msg: s.msg}
	}
	literal := s.Name == "MSH" && n <= 2
	return Field{raw: s.fields[n], literal: literal, msg: s.msg}
}

// Field is one field of a segment, with all its repetitions. It reads as its first repetition.
type Field struct {
	raw     string
	literal bool // MSH-1 and MSH-2: the delimiters themselves
	msg     *Message
}

// Raw gives the field as it was sent, escape sequences and all.
func (f Field) Raw() string { return f.raw }

// Empty tells whether the field says nothing. An explicit null is not empty.
func (f Field) Empty() bool { return strings.TrimSpace(f.raw) == "" }

// Null tells whether the field is the explicit null, "".
func (f Field) Null() bool { return f.raw == null }

// Reps gives the repetitions; an empty field has none.
func (f Field) Reps() []Repetition {
	if f.raw == "" {
		return nil
	}
	if f.literal {
		return []Repetition{{raw: f.raw, literal: true, msg: f.msg}}
	}
	parts := f.msg.cut(f.raw, f.msg.Delimiters.Repetition)
	reps := make([]Repetition, len(parts))
	for i, p := range parts {
		reps[i] = Repetition{raw: p, msg: f.msg}
	}
	return reps
}

// Rep gives repetition i, 1-based, empty where it is absent.
func (f Field) Rep(i int) Repetition {
	reps := f.Reps()
	if i < 1 || i > len(reps) {
		return Repetition{msg: f.msg}
	}
	return reps[i-1]
}

// Component gives component c of the first repetition.
func (f Field) Component(c int) Component { return f.Rep(1).Component(c) }

// String gives the first subcomponent of the first component of the first repetition: the value
// of a simple field, the identifier of a coded one.
func (f Field) String() string { return f.Component(1).String() }

// Text gives the whole first repetition as text: for fields of free text, where an unescaped
// delimiter is a sender's slip and not structure.
func (f Field) Text() string { return f.Rep(1).Text() }

// Repetition is one repetition of a field.
type Repetition struct {
	raw     string
	literal bool
	msg     *Message
}

// Component gives component c, 1-based, empty where it is absent.
func (r Repetition) Component(c int) Component {
	if r.literal && c == 1 {
		return Component{raw: r.raw, literal: true, msg: r.msg}
	}
	return Component{raw: nth(r.msg, r.raw, c, func(m *Message) rune { return m.Delimiters.Component }), msg: r.msg}
}

// Empty tells whether the repetition holds nothing.
func (r Repetition) Empty() bool { return r.raw == "" }

// String gives the first subcomponent of the first component.
func (r Repetition) String() string { return r.Component(1).String() }

// Text gives the whole repetition as text, delimiters and all, unescaped.
func (r Repetition) Text() string { return plain(r.msg, r.raw, r.literal) }

// Component is one component of a repetition.
type Component struct {
	raw     string
	literal bool
	msg     *Message
}

// Sub gives subcomponent s, 1-based, as text; empty where it is absent or null.
func (c Component) Sub(s int) string {
	if c.literal && s == 1 {
		return c.raw
	}
	return plain(c.msg, nth(c.msg, c.raw, s, func(m *Message) rune { return m.Delimiters.Subcomponent }), false)
}

// String gives the first subcomponent.
func (c Component) String() string { return c.Sub(1) }

// Text gives the whole component as text, subcomponent delimiters and all.
func (c Component) Text() string { return plain(c.msg, c.raw, c.literal) }

// plain gives the value that a raw text stands for.
func plain(m *Message, raw string, literal bool) string {
	if m == nil || raw == null {
		return ""
	}
	if literal {
		return raw
	}
	return strings.TrimSpace(m.Delimiters.unescape(raw, m.charset))
}

// nth gives part n of a raw text.
func nth(m *Message, raw string, n int, by func(*Message) rune) string {
	if m == nil || raw == "" || n < 1 {
		return ""
	}
	delimiter := by(m)
	if delimiter == 0 {
		if n == 1 {
			return raw
		}
		return ""
	}
	for ; n > 1; n-- {
		_, rest, found := strings.Cut(raw, string(delimiter))
		if !found {
			return ""
		}
		raw = rest
	}
	part, _, _ := strings.Cut(raw, string(delimiter))
	return part
}

func (m *Message) cut(raw string, delimiter rune) []string {
	if delimiter == 0 {
		return []string{raw}
	}
	return strings.Split(raw, string(delimiter))
}

// Get reads a value by its usual notation: "PID-3", "PID-3[2].4.1", "OBX[3]-5". Occurrences of
// segments and repetitions are 1-based and default to the first. What is absent, null, or no
// such notation, is empty.
func (m *Message) Get(path string) string {
	head, tail, found := strings.Cut(path, "-")
	name, occurrence, ok := indexed(head)
	if !found || !ok {
		return ""
	}
	segments := m.All(name)
	if occurrence > len(segments) {
		return ""
	}
	parts := strings.Split(tail, ".")
	field, repetition, ok := indexed(parts[0])
	n, err := strconv.Atoi(field)
	if !ok || err != nil || len(parts) > 3 {
		return ""
	}
	at := [2]int{1, 1}
	for i, p := range parts[1:] {
		if at[i], err = strconv.Atoi(p); err != nil {
			return ""
		}
	}
	return segments[occurrence-1].Field(n).Rep(repetition).Component(at[0]).Sub(at[1])
}

// indexed reads "PID[2]" as PID and 2, "PID" as PID and 1.
func indexed(s string) (name string, index int, ok bool) {
	name, rest, found := strings.Cut(s, "[")
	if !found {
		return name, 1, true
	}
	digits, end, _ := strings.Cut(rest, "]")
	n, err := strconv.Atoi(digits)
	return name, n, err == nil && end == "" && n >= 1 && strings.HasSuffix(rest, "]")
}
