package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
)

type fhirInput struct {
	RawBody []byte `contentType:"application/fhir+json"`
}

type fhirOutput struct {
	Status      int
	ContentType string `header:"Content-Type"`
	Body        []byte `contentType:"application/fhir+json"`
}

func registerFHIR(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "post-fhir", Path: "/intake/fhir", Tag: tag, Summary: "Take in a FHIR R4 Bundle", MaxBody: maxMessages,
		Text: "A message or transaction Bundle. The answer is an OperationOutcome; its extension says under which id the message is kept and what became of it.",
	}, d.fhir)
}

func (d Deps) fhir(ctx context.Context, in *fhirInput) (*fhirOutput, error) {
	fate, err := d.Intake.FHIR(ctx, clone(in.RawBody), sourceOf(ctx))
	if err != nil && fate.MessageID == "" {
		return nil, err // not stored: the sender has to send it again
	}
	status := http.StatusOK
	if err != nil || fate.Status == care.InboundFailed {
		status = http.StatusUnprocessableEntity
	}
	body, err := json.Marshal(outcomeOf(fate, err))
	if err != nil {
		return nil, fmt.Errorf("writing the outcome: %w", err)
	}
	return &fhirOutput{Status: status, ContentType: "application/fhir+json", Body: body}, nil
}

// outcome is a FHIR OperationOutcome.
type outcome struct {
	ResourceType string  `json:"resourceType"` //nolint:tagliatelle // FHIR's word
	Extension    []any   `json:"extension,omitempty"`
	Issue        []issue `json:"issue"`
}

type issue struct {
	Severity    string `json:"severity"`
	Code        string `json:"code"`
	Diagnostics string `json:"diagnostics"`
}

// FateExtension marks the part of an OperationOutcome that says what became of a message.
const FateExtension = "urn:throughline:message-fate"

func outcomeOf(fate MessageFate, err error) outcome {
	part := func(name, value string) map[string]any { return map[string]any{"url": name, "valueString": value} }
	parts := []any{part("message_id", fate.MessageID), part("status", string(fate.Status)), part("kind", fate.Kind)}
	if fate.Reason != "" {
		parts = append(parts, part("reason", fate.Reason))
	}
	if fate.Duplicate {
		parts = append(parts, map[string]any{"url": "duplicate", "valueBoolean": true})
	}
	return outcome{
		ResourceType: "OperationOutcome",
		Extension:    []any{map[string]any{"url": FateExtension, "extension": parts}},
		Issue:        []issue{issueOf(fate, err)},
	}
}

func issueOf(fate MessageFate, err error) issue {
	var e *care.Error
	switch {
	case errors.As(err, &e):
		return issue{Severity: "error", Code: "invalid", Diagnostics: e.Message}
	case err != nil || fate.Status == care.InboundFailed:
		return issue{Severity: "error", Code: "processing", Diagnostics: "The message is kept and could not be applied: " + fate.Reason}
	case fate.Duplicate:
		return issue{Severity: "information", Code: "duplicate", Diagnostics: "The message is known; nothing was done again."}
	case fate.Status == care.InboundIgnored:
		return issue{Severity: "information", Code: "informational", Diagnostics: "The message is kept and of no use here: " + fate.Reason}
	}
	return issue{Severity: "information", Code: "informational", Diagnostics: "The message is kept and " + string(fate.Status) + "."}
}
