package care

import (
	"errors"
	"fmt"
)

// Code says what kind of error this is, for the caller to act on.
type Code string

// The codes. Everything that is none of these is Internal.
const (
	Invalid     Code = "invalid"     // the input is wrong; the same input will always be refused
	NotFound    Code = "not_found"   // what is named does not exist
	Conflict    Code = "conflict"    // refused because of the present state; another state may allow it
	Forbidden   Code = "forbidden"   // the actor may not do this
	Unavailable Code = "unavailable" // a part we depend on does not answer; try again later
	Internal    Code = "internal"    // a defect or an unexpected failure
)

// Error is an error with a code and a message that may be shown to the person who caused it.
// The message never holds patient facts.
type Error struct {
	Code    Code
	Message string
	// Field names the input that is at fault, where there is one ("facts.discharged_on").
	Field string
	// Rule names the rule that refused, where there is one.
	Rule string
	Err  error
}

// Errorf makes an Error of the code. A %w verb keeps the cause.
func Errorf(code Code, format string, args ...any) *Error {
	wrapped := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: wrapped.Error(), Err: errors.Unwrap(wrapped)}
}

// At returns a copy of the error that names the field at fault.
func (e *Error) At(field string) *Error {
	copied := *e
	copied.Field = field
	return &copied
}

// By returns a copy of the error that names the rule that refused.
func (e *Error) By(rule string) *Error {
	copied := *e
	copied.Rule = rule
	return &copied
}

func (e *Error) Error() string { return e.Message }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf gives the code of the first Error in err's chain, Internal where there is none, and the
// empty code for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}

// Permanent tells whether trying the same again can never succeed.
func Permanent(err error) bool {
	switch CodeOf(err) {
	case Invalid, NotFound, Conflict, Forbidden:
		return true
	}
	return false
}
