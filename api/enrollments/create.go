package enrollments

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
)

// Request asks for an enrollment.
type Request struct {
	PatientID care.ID
	Pathway   string
	Version   int // 0: the latest published one
	Facts     []care.FactValue
	Need      string
	Key       string // the same key asks for the same enrollment
	Actor     care.Actor
	Reason    string
}

// Launched is what became of the request.
type Launched struct {
	EnrollmentID care.ID
	Decision     string // started | joined | refused | not_started
	Reason       string
}

// Launcher starts enrollments, by the same rules whoever asks.
type Launcher interface {
	// Launch gives care.Conflict where the pathway's policy refuses.
	Launch(ctx context.Context, r Request) (Launched, error)
}

// NewEnrollment asks for an enrollment.
type NewEnrollment struct {
	PatientID string         `json:"patient_id" maxLength:"64"`
	Pathway   string         `json:"pathway" minLength:"1" maxLength:"100"`
	Version   int            `json:"version,omitempty" minimum:"1" doc:"Default: the latest published one"`
	Facts     map[string]any `json:"facts,omitempty" doc:"What the pathway asks to know, by name: {\"discharged_on\": \"2025-11-26\"}"`
	Need      string         `json:"need,omitempty" maxLength:"100" doc:"Gravity SDOH category, for a pathway that meets one"`
	EnrollmentNote
}

type createInput struct {
	Body NewEnrollment
}

// CreatedEnrollment is the enrollment that answers a request, with how it came about.
type CreatedEnrollment struct {
	EnrollmentDetail
	Decision       string `json:"decision" enum:"started,joined" doc:"joined: a running enrollment follows it already"`
	DecisionReason string `json:"decision_reason,omitempty"`
}

func registerCreate(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "create-enrollment", Path: "/enrollments", Tag: tag, Summary: "Put a patient on a pathway", Status: http.StatusCreated,
		Text: "What the pathway's launch rule says of a second enrollment holds here too: it may join the running one, or be refused with 409.",
	}, d.create)
}

func (d Deps) create(ctx context.Context, in *createInput) (*rest.One[CreatedEnrollment], error) {
	done, err := d.Launcher.Launch(ctx, Request{
		PatientID: in.Body.PatientID, Pathway: in.Body.Pathway, Version: in.Body.Version, Facts: FactsOf(in.Body.Facts),
		Need: in.Body.Need, Key: rest.EventID(ctx), Actor: rest.ActorOf(ctx), Reason: in.Body.Reason,
	})
	if err != nil {
		return nil, err
	}
	if done.EnrollmentID == "" {
		return nil, care.Errorf(care.Conflict, "nothing was started: %s", done.Reason).By("launch")
	}
	detail, err := Read(ctx, d.Store, done.EnrollmentID)
	if err != nil {
		return nil, err
	}
	return &rest.One[CreatedEnrollment]{Body: CreatedEnrollment{EnrollmentDetail: detail, Decision: done.Decision, DecisionReason: done.Reason}}, nil
}

// FactsOf gives named values as facts, in the order of their names.
func FactsOf(values map[string]any) []care.FactValue {
	return rest.Sorted(values, func(name string, value any) care.FactValue { return care.FactValue{Name: name, Value: value} })
}
