package patients

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/store"
)

// LaunchRecord says why a pathway was started for a patient, or was not.
type LaunchRecord struct {
	ID           care.ID   `json:"id"`
	PatientID    care.ID   `json:"patient_id"`
	EncounterID  care.ID   `json:"encounter_id,omitempty" doc:"The stay that it was about"`
	Pathway      string    `json:"pathway"`
	Version      int       `json:"version"`
	Decision     string    `json:"decision" enum:"started,not_started,joined,refused"`
	Reason       string    `json:"reason,omitempty"`
	EnrollmentID care.ID   `json:"enrollment_id,omitempty"`
	MessageID    care.ID   `json:"message_id,omitempty" doc:"The inbound message that led to it"`
	At           time.Time `json:"at"`
}

func registerLaunches(a huma.API, d Deps) {
	rest.Get(a, rest.Op{
		ID: "list-launches", Path: "/patients/{id}/launches", Tag: tag, Summary: "List why pathways were started for a patient, or were not",
		Text: "The latest first, a thousand at most.",
	}, d.launches)
}

func (d Deps) launches(ctx context.Context, in *rest.ByID) (*rest.Listed[LaunchRecord], error) {
	if _, err := d.Store.Patient(ctx, in.ID); err != nil {
		return nil, err
	}
	decided, err := d.Store.LaunchDecisions(ctx, store.LaunchFilter{PatientID: in.ID})
	all := make([]LaunchRecord, 0, len(decided))
	for _, l := range decided {
		all = append(all, LaunchRecord{
			ID: l.ID, PatientID: l.PatientID, EncounterID: l.EncounterID, Pathway: l.Pathway, Version: l.Version,
			Decision: l.Decision, Reason: l.Reason, EnrollmentID: l.EnrollmentID, MessageID: l.InboxID, At: l.At,
		})
	}
	return rest.ListOf(all, "", err)
}
