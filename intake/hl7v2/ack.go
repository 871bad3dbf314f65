package hl7v2

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// Ack builds the acknowledgement of a message: AA where err is nil, else what the Fault in err
// says, and AE with condition 207 for any other error (the message could not be stored). It echoes
// the control id, swaps sender and receiver, and uses the message's version, delimiters and
// character set. m is nil where there was no message to read: the answer is then in the standard
// delimiters and names no control id.
func Ack(m *Message, at time.Time, err error) []byte {
	code, fault := Accepted, (*Fault)(nil)
	if err != nil {
		fault = faultOf(err)
		code = fault.Ack
	}
	a := acknowledgement{to: m, at: at, d: StandardDelimiters, version: "2.5"}
	if m != nil {
		a.d = m.Delimiters
		a.version = m.Version()
	}
	if a.version == "" {
		a.version = "2.3"
	}
	a.segment(a.header()...)
	a.segment(a.verdict(code, fault)...)
	if fault != nil {
		a.segment(a.errorSegment(fault)...)
	}
	if m == nil {
		return []byte(a.out.String())
	}
	return m.charset.encode(a.out.String())
}

type acknowledgement struct {
	to      *Message
	at      time.Time
	d       Delimiters
	version string
	out     strings.Builder
}

// segment writes fields, each already in wire form, without trailing empty ones.
func (a *acknowledgement) segment(fields ...string) {
	for len(fields) > 1 && fields[len(fields)-1] == "" {
		fields = fields[:len(fields)-1]
	}
	a.out.WriteString(strings.Join(fields, string(a.d.Field)))
	a.out.WriteByte('\r')
}

// echo gives a field of the message's MSH as it was sent, without what would end a segment or frame.
func (a *acknowledgement) echo(field int) string {
	if a.to == nil {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if isLineEnd(r) {
			return ' '
		}
		return r
	}, a.to.Segment("MSH").Field(field).Raw())
}

func (a *acknowledgement) components(parts ...string) string {
	if a.d.Component == 0 {
		return parts[0]
	}
	return strings.TrimRight(strings.Join(parts, string(a.d.Component)), string(a.d.Component))
}

func (a *acknowledgement) header() []string {
	fields := []string{
		"MSH", a.d.encodingCharacters(),
		a.echo(5), a.echo(6), a.echo(3), a.echo(4),
		a.at.Format("20060102150405-0700"), "",
		a.messageType(), a.controlID(), a.processing(), a.d.Quote(a.version),
	}
	if a.to != nil && a.to.charset.encoding != nil {
		fields = append(fields, "", "", "", "", "", a.echo(18))
	}
	return fields
}

// messageType is ACK alone up to 2.3, with event and structure since 2.3.1 (table 0354).
func (a *acknowledgement) messageType() string {
	if a.to == nil || olderThan(a.version, 2, 3, 1) {
		return "ACK"
	}
	_, event := a.to.Type()
	if event == "" {
		return "ACK"
	}
	return a.components("ACK", a.d.Quote(event), "ACK")
}

func (a *acknowledgement) processing() string {
	if p := a.echo(11); p != "" {
		return p
	}
	return "P"
}

// controlID is the acknowledgement's own id: the same answer at the same time has the same one.
// 20 characters is what the oldest versions allow.
func (a *acknowledgement) controlID() string {
	h := sha256.New()
	h.Write([]byte(a.at.UTC().Format(time.RFC3339Nano)))
	if a.to != nil {
		h.Write([]byte(DedupKey(a.to)))
	}
	return strings.ToUpper(hex.EncodeToString(h.Sum(nil)))[:20]
}

// verdict is the MSA segment. MSA-3, text of at most 80 characters, was withdrawn in 2.7.
func (a *acknowledgement) verdict(code AckCode, fault *Fault) []string {
	text := ""
	if fault != nil && olderThan(a.version, 2, 7) {
		text = a.d.Quote(shorten(fault.Text, 80))
	}
	return []string{"MSA", string(code), a.echo(10), text}
}

// errorSegment is ERR: since 2.5 location, code, severity and text in fields of their own,
// before that all in ERR-1.
func (a *acknowledgement) errorSegment(f *Fault) []string {
	field, occurrence := "", ""
	if f.Segment != "" {
		occurrence = "1"
	}
	if f.Field > 0 {
		field = strconv.Itoa(f.Field)
	}
	condition := strconv.Itoa(f.Condition)
	if olderThan(a.version, 2, 5) {
		coded := condition
		if sub := a.d.Subcomponent; sub != 0 {
			coded = strings.Join([]string{condition, conditionText[f.Condition], "HL70357"}, string(sub))
		}
		return []string{"ERR", a.components(f.Segment, occurrence, field, coded)}
	}
	return []string{
		"ERR", "", a.components(f.Segment, occurrence, field),
		a.components(condition, conditionText[f.Condition], "HL70357"), "E", "", "", "",
		a.d.Quote(shorten(f.Text, 250)),
	}
}

// shorten cuts a sentence between words. Our sentences are ASCII, so bytes are characters.
func shorten(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	const more = "..."
	cut := text[:limit-len(more)]
	if space := strings.LastIndexByte(cut, ' '); space > 0 {
		cut = cut[:space]
	}
	return cut + more
}

// olderThan compares a version such as 2.5.1 with the given one, part by part.
func olderThan(version string, than ...int) bool {
	parts := strings.Split(version, ".")
	for i, want := range than {
		have := 0
		if i < len(parts) {
			have, _ = number(parts[i])
		}
		if have != want {
			return have < want
		}
	}
	return false
}
