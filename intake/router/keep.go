package router

import (
	"context"
	"fmt"
	"time"

	"throughline/care"
	"throughline/store"
)

// news is what one message says of one patient, as far as it is kept.
type news struct {
	messageID care.ID
	in        care.Inbound
	patient   *care.Patient
	stays     []care.ID  // that the message speaks of
	by        care.Actor // who tells it, where it is no message
}

func (n *news) warn(sentence string) { n.in.Warnings = append(n.in.Warnings, sentence) }

// outcome is what became of a message, or of the part of it that concerns one patient.
type outcome struct {
	patientID care.ID
	unused    string // why nothing was done; empty where something was
	warnings  []string
}

// applyOne keeps what a message says of one patient and tells the pathways. Everything is safe to
// be done again: a crash between the two leaves the message in the inbox.
func (r *Router) applyOne(ctx context.Context, messageID care.ID, in care.Inbound) (outcome, error) {
	var n news
	err := r.Store.Tx(ctx, intakeActor, func(tx *store.Tx) error {
		// One message at a time: two that make the same patient must not meet.
		if err := tx.Lock("intake"); err != nil {
			return err
		}
		n = news{messageID: messageID, in: in}
		return r.keep(tx, &n)
	})
	if err != nil {
		return outcome{}, fmt.Errorf("keeping what the message says: %w", err)
	}
	done := outcome{warnings: n.in.Warnings}
	if n.patient == nil {
		done.unused = "The message names no patient by an identifier that tells people apart."
		return done, nil
	}
	done.patientID = n.patient.ID
	return done, r.tellPathways(ctx, &n)
}

// keep writes the patient, the merges, the stays and the appointments.
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
		if err := r.keepReport(tx, n, report); err != nil {
			return err
		}
	}
	if err := keepCorrections(tx, n); err != nil {
		return err
	}
	for _, report := range n.in.Appointments {
		if err := tx.AddAppointmentReport(n.patient.ID, n.in.OccurredAt, n.in.ControlID, report); err != nil {
			return err
		}
	}
	return nil
}

func (r *Router) keepPatient(tx *store.Tx, n *news) error {
	told := n.in.Patient
	if told == nil {
		return nil
	}
	ids := identifying(told.Identifiers)
	if len(ids) == 0 {
		return nil
	}
	known, err := r.find(tx, n, ids)
	if err != nil {
		return err
	}
	if err := claim(tx, n, known, ids); err != nil {
		return err
	}
	fill(known, *told, n.in.OccurredAt)
	n.patient = known
	return tx.PutPatient(known)
}

// find gives the patient with one of the identifiers, or a new one. It is not kept yet.
func (r *Router) find(tx *store.Tx, n *news, ids []care.Identifier) (*care.Patient, error) {
	p, err := tx.FindPatient(ids)
	if care.CodeOf(err) != care.NotFound {
		return p, err
	}
	now := r.Now().UTC()
	return &care.Patient{ID: care.NewID(now), CreatedAt: now, UpdatedAt: n.in.OccurredAt}, nil
}

// claim gives a patient the identifiers that nobody else has. That two records share a message is
// no merge: the first that is known is followed, so that the message is not lost.
func claim(tx *store.Tx, n *news, p *care.Patient, ids []care.Identifier) error {
	for _, id := range ids {
		if knows(p.Identifiers, id) {
			continue
		}
		holder, err := tx.FindPatient([]care.Identifier{id})
		switch {
		case care.CodeOf(err) == care.NotFound:
		case err != nil:
			return err
		case holder.ID != p.ID:
			n.warn("An identifier of the patient belongs to another record: if they are one person, a merge (A40) is missing.")
			continue
		}
		addIdentifiers(p, []care.Identifier{id})
	}
	return nil
}

// keepMerge makes two records one. A merge that arrives before the records that it merges makes
// them, so that it holds when they come.
func (r *Router) keepMerge(tx *store.Tx, n *news, m care.PatientMerge) error {
	kept, gone := identifying(m.Surviving), identifying(m.Losing)
	if len(kept) == 0 || len(gone) == 0 {
		n.warn("A merge names a patient by nothing that tells people apart: left out.")
		return nil
	}
	surviving, err := r.findOrMake(tx, n, kept)
	if err != nil {
		return err
	}
	losing, err := r.findOrMake(tx, n, gone)
	if err != nil {
		return err
	}
	if surviving.ID != losing.ID {
		if err := tx.MergePatients(surviving.ID, losing.ID); err != nil {
			return err
		}
		absorb(surviving, losing)
		if err := tx.PutPatient(surviving); err != nil {
			return err
		}
	}
	if n.patient == nil || n.patient.ID == losing.ID || n.patient.ID == surviving.ID {
		n.patient = surviving
	}
	return nil
}

func (r *Router) findOrMake(tx *store.Tx, n *news, ids []care.Identifier) (*care.Patient, error) {
	p, err := r.find(tx, n, ids)
	if err != nil {
		return nil, err
	}
	if err := claim(tx, n, p, ids); err != nil {
		return nil, err
	}
	fill(p, care.Patient{}, n.in.OccurredAt)
	return p, tx.PutPatient(p)
}

func (r *Router) keepReport(tx *store.Tx, n *news, report care.EncounterReport) error {
	if err := tx.AddEncounterReport(n.patient.ID, report.Identifier, n.in.OccurredAt, n.in.ControlID, report); err != nil {
		return err
	}
	id := store.EncounterID(report.Identifier)
	stored, err := tx.EncounterReports(id)
	if err != nil {
		return err
	}
	reports := make([]Report, len(stored))
	for i, s := range stored {
		reports[i] = Report{OccurredAt: s.OccurredAt, EncounterReport: s.Report}
	}
	enc := Fold(id, n.patient.ID, reports)
	n.stays = append(n.stays, id)
	return tx.PutEncounter(&enc)
}

// laterThan tells whether a is after b; a time that is not known is before all others.
func laterThan(a, b *time.Time) bool {
	if a == nil {
		return false
	}
	return b == nil || a.After(*b)
}
