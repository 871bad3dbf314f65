package hl7v2

import (
	"errors"
	"strconv"
	"strings"

	"throughline/care"
)

// AckCode is the first field of MSA, HL7 table 0008.
type AckCode string

// The acknowledgement codes of the original mode.
const (
	Accepted AckCode = "AA" // application accept
	Errored  AckCode = "AE" // application error: the message is kept as failed and can be replayed
	Rejected AckCode = "AR" // application reject: it can't be processed for what it is
)

// Error conditions of HL7 table 0357, those this package raises.
const (
	conditionSegment     = 100 // segment sequence error
	conditionRequired    = 101 // required field missing
	conditionUnsupported = 200 // unsupported message type
	conditionVersion     = 203 // unsupported version id
	conditionInternal    = 207 // application internal error
)

var conditionText = map[int]string{
	conditionSegment:     "Segment sequence error",
	conditionRequired:    "Required field missing",
	conditionUnsupported: "Unsupported message type",
	conditionVersion:     "Unsupported version id",
	conditionInternal:    "Application internal error",
}

// Fault is why a message can't be used, in HL7's own terms: what its acknowledgement says.
type Fault struct { //nolint:errname // it is what an acknowledgement says; care.Error is the error that carries it
	Ack       AckCode
	Condition int    // HL7 table 0357
	Segment   string // "PID"; empty where no segment is to blame
	Field     int    // 1-based; 0 where the whole segment is to blame
	// Text says what is wrong and what to do, without any value of the patient's.
	Text string
}

func (f *Fault) Error() string { return f.Text }

// Location names the place at fault the way people write it: "PID-3".
func (f *Fault) Location() string {
	if f.Field == 0 {
		return f.Segment
	}
	return f.Segment + "-" + strconv.Itoa(f.Field)
}

// asError wraps the fault as the error that crosses packages.
func (f *Fault) asError() error {
	return &care.Error{Code: care.Invalid, Message: f.Text, Field: f.Location(), Rule: "hl7-0357-" + strconv.Itoa(f.Condition), Err: f}
}

// faultOf finds the fault in an error; any other error is ours, and the sender is told only that.
func faultOf(err error) *Fault {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f
	}
	return &Fault{
		Ack: Errored, Condition: conditionInternal,
		Text: "The message could not be stored; nothing was lost on your side: send it again later.",
	}
}

// missing is the fault of a field that must hold a value and doesn't.
func missing(segment string, field int, why string) error {
	f := &Fault{Ack: Errored, Condition: conditionRequired, Segment: segment, Field: field}
	f.Text = strings.TrimSpace(f.Location() + " is missing: " + why)
	return f.asError()
}
