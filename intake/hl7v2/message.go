package hl7v2

import (
	"bytes"
	"iter"
	"strings"
)

// Message is one parsed message. It is read only; its parts are taken apart when asked for.
type Message struct {
	Delimiters Delimiters
	// Segments are the segments in their order, MSH first, Z-segments included.
	Segments []Segment
	// Stray are the lines that are no segment, kept as they came.
	Stray []string
	// Warnings are sentences about what was odd but could be read.
	Warnings []string

	charset charset
}

// Segment is one segment of a message. The zero value is an absent segment: all its fields are
// empty.
type Segment struct {
	Name   string
	fields []string // fields[n] is field n; fields[0] the name
	msg    *Message
}

// Parse reads one message. It fails only where there is no usable MSH segment; everything else
// that is odd is in the message's Warnings.
func Parse(raw []byte) (*Message, error) {
	raw = bytes.Trim(toBytewise(raw), blank)
	text, cs, warning := decodeMessage(raw)
	m := &Message{charset: cs}
	m.warn(warning)
	text, found := fromHeader(text)
	if !found {
		return nil, notHL7("no MSH segment was found: an HL7 version 2 message starts with MSH followed by its delimiters")
	}
	delimiters, ok := readDelimiters(text)
	if !ok {
		return nil, notHL7("MSH-1 is not a delimiter: MSH must be followed by the field separator, usually |")
	}
	m.Delimiters = delimiters
	m.readSegments(text)
	if len(m.Stray) > 0 {
		m.warn("line(s) that are not a segment (three capital letters or digits and the field separator) were left out")
	}
	return m, nil
}

func notHL7(text string) error {
	return (&Fault{Ack: Rejected, Condition: conditionSegment, Segment: "MSH", Text: text}).asError()
}

// fromHeader drops what stands before the line that starts with MSH.
func fromHeader(text string) (string, bool) {
	line := strings.TrimLeft(text, blank)
	for line != "" {
		if headerName([]byte(line[:min(len(line), 4)])) == "MSH" {
			return line, true
		}
		end := strings.IndexAny(line, lineEnds)
		if end < 0 {
			return "", false
		}
		line = strings.TrimLeft(line[end:], lineEnds)
	}
	return "", false
}

// readSegments cuts the text into segments. In a message that ends its segments with CR, a bare
// LF within a segment is a line break of the text, unless a segment follows it.
func (m *Message) readSegments(text string) {
	if !strings.Contains(text, "\r") {
		for line := range strings.FieldsFuncSeq(text, isLineEnd) {
			if !m.addLine(line) {
				return
			}
		}
		return
	}
	for piece := range strings.SplitSeq(text, "\r") {
		for line := range m.joinedLines(piece) {
			if !m.addLine(line) {
				return
			}
		}
	}
}

func isLineEnd(r rune) bool { return strings.ContainsRune(lineEnds, r) }

// joinedLines gives the lines of what stands between two CRs, each with the lines after it that
// are no segments. After CRLF the piece begins with the LF of the end before it.
func (m *Message) joinedLines(piece string) iter.Seq[string] {
	piece = strings.TrimLeft(piece, lineEnds)
	return func(yield func(string) bool) {
		start := 0
		for at := 0; at < len(piece); {
			end := strings.IndexAny(piece[at:], lineEnds)
			if end < 0 {
				break
			}
			at += end + 1
			if m.startsSegment(piece[at:]) {
				if !yield(piece[start : at-1]) {
					return
				}
				start = at
			}
		}
		if start < len(piece) {
			yield(piece[start:])
		}
	}
}

// startsSegment is stricter than segmentName: within a text, three capitals alone are a word.
func (m *Message) startsSegment(text string) bool {
	return len(text) > 3 && text[3] == byte(m.Delimiters.Field) && m.segmentName(text) != ""
}

// addLine adds one line; it says false where the message is over.
func (m *Message) addLine(line string) bool {
	trimmed := strings.TrimRight(line, blank)
	switch name := m.segmentName(trimmed); {
	case trimmed == "":
	case name == "MSH" && len(m.Segments) > 0:
		m.warn("more than one MSH segment: only the first message was read")
		return false
	case name == "BTS" || name == "FTS" || name == "BHS" || name == "FHS":
		return false
	case name != "":
		m.Segments = append(m.Segments, m.newSegment(name, trimmed))
	default:
		m.Stray = append(m.Stray, line)
	}
	return true
}

// segmentName gives the name of a line that is a segment, or nothing.
func (m *Message) segmentName(line string) string {
	if len(line) < 3 || line[0] < 'A' || line[0] > 'Z' {
		return ""
	}
	for _, c := range []byte(line[1:3]) {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return ""
		}
	}
	if len(line) > 3 && line[3] != byte(m.Delimiters.Field) && !isLineEnd(rune(line[3])) {
		return ""
	}
	return line[:3]
}

func (m *Message) newSegment(name, line string) Segment {
	fields := strings.Split(line, string(m.Delimiters.Field))
	if name == "MSH" {
		// MSH-1 is the separator itself.
		fields = append([]string{name, string(m.Delimiters.Field)}, fields[1:]...)
	}
	return Segment{Name: name, fields: fields, msg: m}
}

func (m *Message) warn(sentence string) {
	if sentence != "" {
		m.Warnings = append(m.Warnings, sentence)
	}
}

// Segment gives the first segment of the name, absent (all fields empty) where there is none.
func (m *Message) Segment(name string) Segment {
	for _, s := range m.Segments {
		if s.Name == name {
			return s
		}
	}
	return Segment{}
}

// All gives the segments of the name.
func (m *Message) All(name string) []Segment {
	var found []Segment
	for _, s := range m.Segments {
		if s.Name == name {
			found = append(found, s)
		}
	}
	return found
}

// Type gives the message's code and trigger event, "ADT" and "A03". Where MSH-9 lacks the event,
// as old senders do, it is EVN-1.
func (m *Message) Type() (code, event string) {
	header := m.Segment("MSH").Field(9)
	code, event = header.Component(1).String(), header.Component(2).String()
	if event == "" {
		event = m.Segment("EVN").Field(1).String()
	}
	return strings.ToUpper(strings.TrimSpace(code)), strings.ToUpper(strings.TrimSpace(event))
}

// ControlID gives MSH-10, the sender's id of the message.
func (m *Message) ControlID() string { return m.Segment("MSH").Field(10).Text() }

// Version gives MSH-12 without its qualifiers: "2.5.1".
func (m *Message) Version() string { return strings.TrimSpace(m.Segment("MSH").Field(12).String()) }
