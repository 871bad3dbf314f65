package workflows

import (
	"errors"

	"go.temporal.io/sdk/temporal"

	"throughline/care"
)

// refusalDetails is what crosses Temporal beside the code and the message.
type refusalDetails struct {
	Field string `json:"field,omitempty"`
	Rule  string `json:"rule,omitempty"`
}

// Refusal turns an error into one that crosses Temporal: its type is the care code, and it is final
// where the code is permanent. Only the words of a care.Error cross, which hold no patient facts. See
// AsError for the way back.
func Refusal(err error) error { return crossing(err, care.Permanent(err)) }

// Retry is Refusal for what is never final.
func Retry(err error) error { return crossing(err, false) }

func crossing(err error, final bool) error {
	if err == nil {
		return nil
	}
	var e *care.Error
	if !errors.As(err, &e) {
		e = &care.Error{Code: care.Internal, Message: "an unexpected failure"}
	}
	//nolint:wrapcheck // it is made here
	return temporal.NewApplicationErrorWithOptions(e.Message, string(e.Code), temporal.ApplicationErrorOptions{
		NonRetryable: final,
		Details:      []any{refusalDetails{Field: e.Field, Rule: e.Rule}},
	})
}

// AsError gives back the care.Error that crossed Temporal as a refusal; nil where err is none.
func AsError(err error) *care.Error {
	var app *temporal.ApplicationError
	if !errors.As(err, &app) || !known(care.Code(app.Type())) {
		return nil
	}
	e := &care.Error{Code: care.Code(app.Type()), Message: app.Message()}
	var details refusalDetails
	if app.HasDetails() && app.Details(&details) == nil {
		e.Field, e.Rule = details.Field, details.Rule
	}
	return e
}

func known(code care.Code) bool {
	switch code {
	case care.Invalid, care.NotFound, care.Conflict, care.Forbidden, care.Unavailable, care.Internal:
		return true
	}
	return false
}
