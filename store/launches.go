package store

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"throughline/care"
)

// The decisions about a launch.
const (
	LaunchStarted    = "started"
	LaunchNotStarted = "not_started" // the launch rule, or an exclusion, kept the patient out
	LaunchJoined     = "joined"      // a running enrollment was told instead
	LaunchRefused    = "refused"     // a running enrollment stands in the way
)

// LaunchDecision says why a pathway was started for a patient, or was not.
type LaunchDecision struct {
	ID           care.ID // empty: made by RecordLaunchDecision
	PatientID    care.ID
	EncounterID  care.ID // the stay it was about, if any
	Pathway      string
	Version      int
	Decision     string // started, not_started, joined, refused
	Reason       string
	EnrollmentID care.ID // started or joined
	InboxID      care.ID // the message that led to it; empty: a person did
	At           time.Time
}

type launchRow struct {
	ID           string `gorm:"primaryKey"`
	PatientID    string
	EncounterID  *string
	Pathway      string
	Version      int
	Decision     string
	Reason       string
	EnrollmentID *string
	InboxID      *string
	At           time.Time
}

func (launchRow) TableName() string { return "launch_decisions" }

func (r launchRow) decision() LaunchDecision {
	return LaunchDecision{
		ID: r.ID, PatientID: r.PatientID, EncounterID: idOf(r.EncounterID), Pathway: r.Pathway, Version: r.Version,
		Decision: r.Decision, Reason: r.Reason, EnrollmentID: idOf(r.EnrollmentID), InboxID: idOf(r.InboxID), At: r.At,
	}
}

// RecordLaunchDecision keeps a decision. A message that is applied again and leads to the same
// decision adds nothing.
func (tx *Tx) RecordLaunchDecision(d LaunchDecision) error {
	if d.At.IsZero() {
		d.At = tx.now().UTC()
	}
	if d.ID == "" {
		d.ID = d.identity()
	}
	r := launchRow{
		ID: d.ID, PatientID: d.PatientID, EncounterID: maybeID(d.EncounterID), Pathway: d.Pathway, Version: d.Version,
		Decision: d.Decision, Reason: d.Reason, EnrollmentID: maybeID(d.EnrollmentID), InboxID: maybeID(d.InboxID), At: d.At,
	}
	return fault("recording a launch decision", tx.db.Clauses(clause.OnConflict{DoNothing: true}).Create(&r).Error)
}

func (d LaunchDecision) identity() care.ID {
	if d.InboxID == "" {
		return care.NewID(d.At)
	}
	return care.KeyID("launch", d.InboxID, d.PatientID, d.EncounterID, d.Pathway, d.Decision, d.Reason, d.EnrollmentID)
}

// LaunchFilter says whose decisions; at least one is set.
type LaunchFilter struct {
	PatientID   care.ID
	EncounterID care.ID
}

const launchesKept = 1000

// LaunchDecisions gives the decisions about a patient or a stay, the latest first, a thousand at most.
func (s *Store) LaunchDecisions(ctx context.Context, f LaunchFilter) ([]LaunchDecision, error) {
	if f == (LaunchFilter{}) {
		return nil, care.Errorf(care.Invalid, "say whose launch decisions: a patient's or a stay's")
	}
	n := narrow{s.read(ctx)}
	n.id("encounter_id", f.EncounterID)
	if err := n.patient(s.read(ctx), f.PatientID); err != nil {
		return nil, err
	}
	var rows []launchRow
	err := n.q.Order("at DESC, id DESC").Limit(launchesKept).Find(&rows).Error
	return bodies(rows, launchRow.decision), fault("listing launch decisions", err)
}
