package enrollments

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/command"
	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
	"throughline/store"
)

const tag = "enrollments"

// Store is what the operations read.
type Store interface {
	ListEnrollments(ctx context.Context, f store.EnrollmentFilter, p store.Page) ([]care.Enrollment, string, error)
	Enrollment(ctx context.Context, id care.ID) (store.EnrollmentDetail, error)
	EnrollmentTimeline(ctx context.Context, id care.ID, p store.Page) ([]care.TimelineEntry, string, error)
}

// Deps are what the operations work with.
type Deps struct {
	Store    Store
	Launcher Launcher
	Commands command.Sender
}

// Register adds the operations.
func Register(a huma.API, d Deps) {
	registerCreate(a, d)
	registerList(a, d)
	registerGet(a, d)
	registerTimeline(a, d)
	registerPause(a, d)
	registerResume(a, d)
	registerWithdraw(a, d)
	registerAddStep(a, d)
	registerStartStep(a, d)
	registerSkipStep(a, d)
	registerMoveClock(a, d)
	registerStartTrack(a, d)
	registerAnswers(a, d)
	registerEvent(a, d)
}

// EnrollmentDetail is an enrollment with what it consists of.
type EnrollmentDetail struct {
	care.Enrollment
	Definition string       `json:"definition" doc:"SHA-256 of the definition that it follows"`
	Steps      []care.Step  `json:"steps" nullable:"false"`
	Clocks     []care.Clock `json:"clocks" nullable:"false"`
}

// Read gives an enrollment with what it consists of.
func Read(ctx context.Context, s Store, id care.ID) (EnrollmentDetail, error) {
	d, err := s.Enrollment(ctx, id)
	if err != nil {
		return EnrollmentDetail{}, err
	}
	return Shown(d), nil
}

// Shown is an enrollment as the API shows it.
func Shown(d store.EnrollmentDetail) EnrollmentDetail {
	return EnrollmentDetail{Enrollment: d.Enrollment, Definition: d.Definition.Digest, Steps: d.Steps, Clocks: d.Clocks}
}

// do sends an event to the enrollment and answers with the enrollment as it now stands.
func (d Deps) do(ctx context.Context, id care.ID, ev engine.Event) (*rest.One[EnrollmentDetail], error) {
	if _, err := d.Store.Enrollment(ctx, id); err != nil {
		return nil, err
	}
	if err := d.Commands.Send(ctx, id, ev); err != nil {
		return nil, err
	}
	return rest.OneOf(Read(ctx, d.Store, id))
}

// EnrollmentNote is why a person does something.
type EnrollmentNote struct {
	Reason string `json:"reason,omitempty" maxLength:"2000" doc:"Why, in a sentence"`
}
