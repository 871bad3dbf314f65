package hl7v2

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"throughline/care"
)

// Options are what a message doesn't say itself: the facility's zone and the meaning of its own
// codes. The zero value works, in UTC.
type Options struct {
	// Zone is the facility's, for timestamps without offset; times are given in it. Nil is UTC.
	Zone *time.Location
	// ReceivedAt stands in where a message says no time at all.
	ReceivedAt time.Time
	// Authorities maps an assigning authority or facility, as the sender writes it, to the system
	// that identifiers are to carry, where one authority goes by several names.
	Authorities map[string]string
	// Classes and Dispositions map a sender's own codes of PV1-2 and PV1-36, upper case. They
	// come before the standard tables.
	Classes      map[string]care.EncounterClass
	Dispositions map[string]care.Disposition
	// CriticalFlags are a laboratory's own codes in OBX-8 that mean a critical result, beside
	// HH, LL and AA of table 0078.
	CriticalFlags []string
}

// Interpret says what a message means in care's words. What is understood but of no use comes
// back with Ignored set. The error is the one Check gives: the message can't be attributed or is
// none of HL7's; kind, source and control id are filled in even then.
func Interpret(m *Message, opt Options) (care.Inbound, error) {
	r := &reading{msg: m, opt: opt}
	code, event := m.Type()
	r.in = care.Inbound{
		Kind:       strings.TrimSuffix(code+"^"+event, "^"),
		Source:     r.source(),
		ControlID:  m.ControlID(),
		OccurredAt: r.occurredAt(),
		Warnings:   append([]string(nil), m.Warnings...),
	}
	if err := Check(m); err != nil {
		return r.in, err
	}
	if m.Version() == "" {
		r.warnf("MSH-12 is empty: read as if it were 2.3")
	}
	switch code {
	case "ADT":
		r.adt(event)
	case "ORU":
		r.results(event)
	case "SIU":
		r.appointment(event)
	default:
		r.ignore(reasonForType(code))
	}
	return r.in, nil
}

// reading is one interpretation under way.
type reading struct {
	msg *Message
	opt Options
	in  care.Inbound
}

func (r *reading) warnf(format string, args ...any) {
	sentence := fmt.Sprintf(format, args...)
	if !slices.Contains(r.in.Warnings, sentence) {
		r.in.Warnings = append(r.in.Warnings, sentence)
	}
}

func (r *reading) ignore(sentence string) { r.in.Ignored = sentence }

// source is the sending application and facility.
func (r *reading) source() string {
	header := r.msg.Segment("MSH")
	return strings.Trim(header.Field(3).String()+"/"+header.Field(4).String(), "/")
}

// occurredAt is EVN-2, else MSH-7, else when it was received.
func (r *reading) occurredAt() time.Time {
	for _, at := range []struct {
		segment string
		field   int
	}{{"EVN", 2}, {"MSH", 7}} {
		if t := r.instant(r.msg.Segment(at.segment), at.field); t != nil {
			return *t
		}
	}
	return r.opt.ReceivedAt
}

// instant reads a field as an instant; what can't be read is a warning, not an error.
func (r *reading) instant(s Segment, field int) *time.Time {
	return r.instantOf(s.Field(field).Component(1), s.Name, field)
}

func (r *reading) instantOf(c Component, segment string, field int) *time.Time {
	text := c.String()
	if text == "" {
		return nil
	}
	t, err := ParseTimestamp(text, r.opt.Zone)
	if err != nil {
		r.warnf("%s-%d is %v: left out", segment, field, err)
		return nil
	}
	return &t.Time
}

// reasonForType says why a type of message that HL7 knows does nothing here.
func reasonForType(code string) string {
	about := map[string]string{
		"ACK": "an acknowledgement", "BAR": "billing accounts", "DFT": "charges", "MDM": "documents",
		"MFN": "master files", "OMG": "orders", "OML": "laboratory orders", "OMP": "pharmacy orders",
		"ORM": "orders", "ORR": "answers to orders", "PPR": "problem lists", "QBP": "queries", "QRY": "queries",
		"RAS": "medication administration", "RDE": "prescriptions", "RDS": "dispensing", "REF": "referrals between providers",
		"RSP": "answers to queries", "VXU": "immunizations", "ERP": "answers to event queries",
	}[code]
	if about == "" {
		return code + " messages start nothing here: admissions (ADT), results (ORU) and appointments (SIU) do."
	}
	return code + " messages are about " + about + " and start nothing here: admissions (ADT), results (ORU) and appointments (SIU) do."
}
