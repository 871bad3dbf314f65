package fhir

import (
	"encoding/json"
	"errors"

	"throughline/care"
)

type operationOutcome struct {
	ResourceType string         `json:"resourceType"`
	Issue        []outcomeIssue `json:"issue"`
}

type outcomeIssue struct {
	Severity    string   `json:"severity"`
	Code        string   `json:"code"`
	Diagnostics string   `json:"diagnostics"`
	Expression  []string `json:"expression,omitempty"`
}

// issueCodes are FHIR's issue-type for our codes.
var issueCodes = map[care.Code]string{
	care.Invalid:     "invalid",
	care.NotFound:    "not-found",
	care.Conflict:    "conflict",
	care.Forbidden:   "forbidden",
	care.Unavailable: "transient",
}

// Outcome renders an error as a FHIR OperationOutcome; nil renders as success. An error that is no
// care.Error, or an internal one, is told without its details: they may hold anything.
func Outcome(err error) []byte {
	out, marshalErr := json.Marshal(operationOutcome{ResourceType: "OperationOutcome", Issue: []outcomeIssue{issueOf(err)}})
	if marshalErr != nil {
		return []byte(`{"resourceType":"OperationOutcome","issue":[{"severity":"fatal","code":"exception"}]}`)
	}
	return out
}

func issueOf(err error) outcomeIssue {
	if err == nil {
		return outcomeIssue{Severity: "information", Code: "informational", Diagnostics: "The message was taken in."}
	}
	var known *care.Error
	if !errors.As(err, &known) || issueCodes[known.Code] == "" {
		return outcomeIssue{Severity: "fatal", Code: "exception", Diagnostics: "The message could not be taken in because of a failure on our side. Send it again later."}
	}
	issue := outcomeIssue{Severity: "error", Code: issueCodes[known.Code], Diagnostics: known.Message}
	if known.Field != "" {
		issue.Expression = []string{known.Field}
	}
	return issue
}
