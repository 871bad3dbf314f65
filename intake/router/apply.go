package router

import (
	"context"
	"fmt"
	"time"

	"throughline/care"
	"throughline/store"
)

// news is what one message changed in what is known, to be told to the pathways.
type news struct {
	messageID  care.ID
	in         care.Inbound
	patient    *care.Patient
	before     care.Patient // as it was known until now
	encounters []care.Encounter
	merged     []care.ID // patients found to be this one
}

// applyOne keeps what a message says of one patient and tells the pathways. Everything is safe to
// be done again: a crash between the two leaves the message in the inbox.
func (r *Router) applyOne(ctx context.Context, messageID care.ID, in care.Inbound) (patientID care.ID, unused string, err error) {
	n := news{messageID: messageID, in: in}
	err = r.Store.Tx(ctx, intakeActor, func(tx *store.Tx) error {
		if err := tx.Lock("intake"); err != nil {
			return err
		}
		return r.keep(tx, &n)
	})
	if err != nil {
		return "", "", fmt.Errorf("keeping what the message says: %w", err)
	}
	if n.patient == nil {
		return "", "the message names no patient", nil
	}
	err = r.Store.Exclusive(ctx, "patient:"+n.patient.ID, func(ctx context.Context) error { return r.tellPathways(ctx, &n) })
	return n.patient.ID, "", err
}

// keep writes the patient, the merges and the stays.
func (r *Router) keep(tx *store.Tx, n *news) error {
	if err := r.keepPatient(tx, n); err != nil {
		return err
	}
	for _, m := range n.in.Merges {
		if err := r.keepMerge(tx, n, m); err != nil {
			return err
		}
	}
	if n.patient == nil {
		return nil
	}
	for _, report := range n.in.Encounters {
		enc, err := r.keepReport(tx, n, report)
		if err != nil {
			return err
		}
		n.encounters = append(n.encounters, enc)
	}
	return nil
}

func (r *Router) keepPatient(tx *store.Tx, n *news) error {
	told := n.in.Patient
	if told == nil || len(told.Identifiers) == 0 {
		return nil
	}
	known, err := tx.FindPatient(told.Identifiers)
	if care.CodeOf(err) == care.NotFound {
		known, err = nil, nil
	}
	if err != nil {
		return err
	}
	now := r.Now().UTC()
	if known == nil {
		known = &care.Patient{ID: care.NewID(now), CreatedAt: now, UpdatedAt: n.in.OccurredAt}
	} else {
		n.before = *known
	}
	fill(known, *told, n.in.OccurredAt)
	if err := tx.PutPatient(known); err != nil {
		return err
	}
	n.patient = known
	return nil
}

// keepMerge makes two known patients one. Where only the losing one is known it simply gets the
// surviving identifiers; where neither is, there is nothing to merge.
func (r *Router) keepMerge(tx *store.Tx, n *news, m care.PatientMerge) error {
	surviving, err := r.ensure(tx, n, m.Surviving)
	if err != nil {
		return err
	}
	losing, err := r.ensure(tx, n, m.Losing)
	if err != nil {
		return err
	}
	if n.patient == nil || n.patient.ID == losing.ID {
		n.patient = surviving
	}
	if surviving.ID == losing.ID {
		return nil
	}
	if err := tx.MergePatients(surviving.ID, losing.ID); err != nil {
		return err
	}
	n.merged = append(n.merged, losing.ID)
	return nil
}

// ensure finds a patient by its identifiers or makes it, so that a merge that arrives before the
// records it merges still holds when they come.
func (r *Router) ensure(tx *store.Tx, n *news, ids []care.Identifier) (*care.Patient, error) {
	p, err := tx.FindPatient(ids)
	if err == nil && p != nil {
		return p, nil
	}
	if err != nil && care.CodeOf(err) != care.NotFound {
		return nil, err
	}
	p = &care.Patient{ID: care.NewID(r.Now()), Identifiers: ids, CreatedAt: r.Now().UTC()}
	return p, tx.PutPatient(p)
}

func (r *Router) keepReport(tx *store.Tx, n *news, report care.EncounterReport) (care.Encounter, error) {
	if err := tx.AddEncounterReport(n.patient.ID, report.Identifier, n.in.OccurredAt, n.in.ControlID, report); err != nil {
		return care.Encounter{}, err
	}
	id := store.EncounterID(report.Identifier)
	stored, err := tx.EncounterReports(id)
	if err != nil {
		return care.Encounter{}, err
	}
	reports := make([]Report, len(stored))
	for i, s := range stored {
		reports[i] = Report{OccurredAt: s.OccurredAt, EncounterReport: s.Report}
	}
	enc := Fold(id, n.patient.ID, reports)
	return enc, tx.PutEncounter(&enc)
}

// later tells whether a is after b; a time that is not known is before all others.
func laterThan(a, b *time.Time) bool {
	if a == nil {
		return false
	}
	return b == nil || a.After(*b)
}
