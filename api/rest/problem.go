package rest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"throughline/care"
)

// ProblemType is the media type of RFC 9457.
const ProblemType = "application/problem+json"

// Problem says what went wrong (RFC 9457). It never holds what the caller sent: that may be a
// patient's.
type Problem struct { //nolint:errname // the word of RFC 9457
	Type      string  `json:"type" doc:"A page about this kind of problem"`
	Title     string  `json:"title" doc:"The kind of problem"`
	Status    int     `json:"status" doc:"The HTTP status"`
	Detail    string  `json:"detail,omitempty" doc:"What went wrong, in a sentence"`
	Instance  string  `json:"instance,omitempty" doc:"This occurrence"`
	RequestID string  `json:"request_id,omitempty" doc:"The request, as the logs know it"`
	Code      string  `json:"code" doc:"The kind of problem, for programs" enum:"invalid,malformed,not_found,conflict,forbidden,unauthorized,unavailable,precondition_failed,too_large,too_many_requests,gone,unsupported,internal"`
	Rule      string  `json:"rule,omitempty" doc:"The rule that refused, where there is one"`
	Errors    []Fault `json:"errors,omitempty" doc:"What is wrong with the input, place by place"`
}

// Fault is one thing that is wrong with the input.
type Fault struct {
	Location string `json:"location,omitempty" doc:"Where: body.facts.discharged_on, query.limit"`
	Message  string `json:"message" doc:"What is expected there"`
}

// Error gives the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus gives the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of RFC 9457.
func (p *Problem) ContentType(string) string { return ProblemType }

// kinds says how each HTTP status is called.
var kinds = map[int]string{
	http.StatusBadRequest: "malformed", http.StatusUnauthorized: "unauthorized", http.StatusForbidden: "forbidden",
	http.StatusNotFound: "not_found", http.StatusMethodNotAllowed: "unsupported", http.StatusNotAcceptable: "unsupported",
	http.StatusRequestTimeout: "malformed", http.StatusConflict: "conflict", http.StatusGone: "gone",
	http.StatusPreconditionFailed: "precondition_failed", http.StatusRequestEntityTooLarge: "too_large",
	http.StatusUnsupportedMediaType: "unsupported", http.StatusUnprocessableEntity: "invalid",
	http.StatusTooManyRequests: "too_many_requests", http.StatusServiceUnavailable: "unavailable",
}

// statuses is the one place where our codes become HTTP statuses.
var statuses = map[care.Code]int{
	care.Invalid: http.StatusUnprocessableEntity, care.NotFound: http.StatusNotFound, care.Conflict: http.StatusConflict,
	care.Forbidden: http.StatusForbidden, care.Unavailable: http.StatusServiceUnavailable,
}

// NewProblem makes a problem of the status.
func NewProblem(ctx context.Context, status int, detail string) *Problem {
	id := From(ctx).ID
	kind := cmp.Or(kinds[status], "internal")
	p := &Problem{
		Type: "/api/docs#problem-" + kind, Title: http.StatusText(status), Status: status, Detail: detail,
		RequestID: id, Code: kind,
	}
	if id != "" {
		p.Instance = "urn:request:" + id
	}
	return p
}

// ProblemOf tells an error. An internal one is told by the request's id alone.
func ProblemOf(ctx context.Context, err error) *Problem {
	From(ctx).Failure = err
	if told, ok := errors.AsType[*Problem](err); ok {
		return told
	}
	var e *care.Error
	if !errors.As(err, &e) || statuses[e.Code] == 0 {
		return NewProblem(ctx, http.StatusInternalServerError, internalDetail(ctx))
	}
	p := NewProblem(ctx, statuses[e.Code], e.Message)
	p.Rule = e.Rule
	if e.Field != "" {
		p.Errors = []Fault{{Location: place(e.Field), Message: e.Message}}
	}
	return p
}

func internalDetail(ctx context.Context) string {
	if id := From(ctx).ID; id != "" {
		return "Internal error. The logs tell more under the request " + id + "."
	}
	return "Internal error."
}

// place says a care.Error's field as a place in the request.
func place(field string) string {
	switch field {
	case "cursor", "limit":
		return "query." + field
	case "Idempotency-Key", "If-Match":
		return "header." + field
	}
	return "body." + field
}

// fromHuma tells what huma found wrong before a handler was asked, or what the handler gave.
func fromHuma(ctx context.Context, status int, detail string, errs ...error) *Problem {
	if status == http.StatusInternalServerError {
		return unexpected(ctx, errs)
	}
	p := NewProblem(ctx, status, detail)
	for _, err := range errs {
		if err == nil {
			continue
		}
		p.Errors = append(p.Errors, faultOf(err))
	}
	return p
}

// unexpected tells an error of a handler, or of reading the body.
func unexpected(ctx context.Context, errs []error) *Problem {
	err := errors.Join(errs...)
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return NewProblem(ctx, http.StatusRequestEntityTooLarge, "The request is too large.")
	}
	return ProblemOf(ctx, err)
}

// ours are how the sentences begin that huma says without quoting what was sent.
var ours = []string{"expected ", "required ", "unexpected property", "unknown query parameter", "request body", "invalid integer", "invalid float", "invalid boolean", "invalid date/time"}

// faultOf leaves out what was sent: values, and sentences that may quote them.
func faultOf(err error) Fault {
	var detail *huma.ErrorDetail
	if !errors.As(err, &detail) {
		return Fault{Message: "This cannot be read."}
	}
	f := Fault{Location: detail.Location, Message: detail.Message}
	for _, beginning := range ours {
		if strings.HasPrefix(f.Message, beginning) {
			f.Message, _, _ = strings.Cut(f.Message, ": ") // what follows is a parser's own sentence
			if f.Message == "unexpected property" {
				f.Location = parentOf(f.Location) // the property's name is the caller's too
			}
			return f
		}
	}
	f.Message = "This cannot be read as what is expected here."
	return f
}

func parentOf(location string) string {
	if i := strings.LastIndexByte(location, '.'); i > 0 {
		return location[:i]
	}
	return location
}

// Write answers outside of huma.
func Write(w http.ResponseWriter, p *Problem) {
	w.Header().Set("Content-Type", ProblemType)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) //nolint:errchkjson // it fails only where the caller has gone
}
