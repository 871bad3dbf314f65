// Package patients is the API of the people in care: who they are, what is planned for them, what
// happened, and what they agreed to share.
package patients

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/command"
	"throughline/care"
	"throughline/store"
)

const tag = "patients"

// Store is what the operations read and write.
type Store interface {
	Tx(ctx context.Context, actor care.Actor, fn func(*store.Tx) error) error
	ListPatients(ctx context.Context, f store.PatientFilter, p store.Page) ([]care.Patient, string, error)
	Patient(ctx context.Context, id care.ID) (*care.Patient, error)
	PatientTimeline(ctx context.Context, id care.ID, p store.Page) ([]care.TimelineEntry, string, error)
	Encounters(ctx context.Context, patientID care.ID) ([]care.Encounter, error)
	LaunchDecisions(ctx context.Context, f store.LaunchFilter) ([]store.LaunchDecision, error)
	ActiveEnrollments(ctx context.Context, patientID care.ID) ([]care.Enrollment, error)
	Enrollment(ctx context.Context, id care.ID) (store.EnrollmentDetail, error)
	Consents(ctx context.Context, patientID care.ID) ([]care.Consent, error)
	PutConsent(ctx context.Context, c care.Consent) error
}

// Watcher tells the running pathways of a patient what is now known of them.
type Watcher interface {
	PatientChanged(ctx context.Context, patientID care.ID, actor care.Actor) error
}

// Deps are what the operations work with.
type Deps struct {
	Store    Store
	Watcher  Watcher
	Commands command.Sender
	Now      func() time.Time // the time that pathways follow
}

// Register adds the operations.
func Register(a huma.API, d Deps) {
	registerList(a, d)
	registerSearch(a, d)
	registerCreate(a, d)
	registerGet(a, d)
	registerUpdate(a, d)
	registerTimeline(a, d)
	registerPlan(a, d)
	registerEncounters(a, d)
	registerLaunches(a, d)
	registerConsents(a, d)
	registerConsent(a, d)
	registerRevoke(a, d)
}
