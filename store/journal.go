package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"throughline/care"
	"throughline/pathways/engine"
)

// JournalEntry is one committed turn.
type JournalEntry struct {
	EnrollmentID care.ID         `json:"enrollment_id"`
	Seq          int64           `json:"seq"`
	PatientID    care.ID         `json:"patient_id"`
	Event        engine.Event    `json:"event"`
	Effects      []engine.Effect `json:"effects"`
	WakesAt      *time.Time      `json:"wakes_at,omitempty"`
	Definition   DefinitionRef   `json:"definition"`
	RecordedAt   time.Time       `json:"recorded_at"`
}

// turnRow is a turn on its way into the journal, or out of it again for a rebuild.
type turnRow struct {
	JournalEntry
	Digest string
}

// newTurnRow checks what a turn must have, and takes the digest of its content.
func newTurnRow(c Commit) (turnRow, error) {
	state := c.Turn.State
	t := turnRow{JournalEntry: JournalEntry{
		EnrollmentID: state.EnrollmentID, Seq: state.Seq, PatientID: state.PatientID,
		Event: c.Turn.Event, Effects: c.Turn.Effects, WakesAt: c.Turn.Wake,
		Definition: c.Definition, RecordedAt: c.Turn.RecordedAt,
	}}
	switch {
	case !validID(t.EnrollmentID):
		return t, care.Errorf(care.Invalid, "a turn needs the id of its enrollment").At("turn.state.enrollment_id")
	case !validID(t.PatientID):
		return t, care.Errorf(care.Invalid, "a turn needs the id of its patient").At("turn.state.patient_id")
	case t.Seq < 1:
		return t, care.Errorf(care.Invalid, "turns are numbered from 1").At("turn.state.seq")
	case t.Seq == 1 && !t.has(engine.EnrollmentRow):
		return t, care.Errorf(care.Invalid, "the first turn must say what the enrollment is").At("turn.effects")
	}
	// Not the state: it follows from the turns, and its size would cost at every retry.
	content, err := encode(t.JournalEntry)
	if err != nil {
		return t, care.Errorf(care.Invalid, "the turn cannot be written as JSON")
	}
	sum := sha256.Sum256(content)
	t.Digest = hex.EncodeToString(sum[:])
	return t, nil
}

func (t turnRow) has(kind engine.EffectKind) bool {
	for _, e := range t.Effects {
		if e.Kind == kind {
			return true
		}
	}
	return false
}

const insertJournal = `
INSERT INTO journal (enrollment_id, seq, patient_id, event_id, event_kind, event, effects, wakes_at,
                     pathway, version, definition, recorded_at, digest)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`

func (t turnRow) queueInsert(batch *pgx.Batch) error {
	event, err := encode(t.Event)
	if err != nil {
		return err
	}
	effects, err := encode(t.Effects)
	if err != nil {
		return err
	}
	batch.Queue(insertJournal, t.EnrollmentID, t.Seq, t.PatientID, t.Event.ID, string(t.Event.Kind), string(event), string(effects),
		t.WakesAt, t.Definition.Pathway, t.Definition.Version, t.Definition.Digest, t.RecordedAt, t.Digest)
	return nil
}

// Snapshot gives the engine's state after the last committed turn and the definition it runs on:
// what a lost workflow is restored from. care.NotFound where nothing was committed.
func (s *Store) Snapshot(ctx context.Context, enrollmentID care.ID) (engine.State, DefinitionRef, error) {
	var state document[engine.State]
	var ref DefinitionRef
	if !validID(enrollmentID) {
		return state.V, ref, notFound("enrollment")
	}
	err := s.pool.QueryRow(ctx, "SELECT state::text, pathway, version, definition FROM snapshots WHERE enrollment_id = $1", enrollmentID).
		Scan(&state, &ref.Pathway, &ref.Version, &ref.Digest)
	if errors.Is(err, pgx.ErrNoRows) {
		return state.V, ref, notFound("enrollment")
	}
	return state.V, ref, fault("reading a snapshot", err)
}

// TurnOfEvent tells in which turn an event was committed. It remembers for ever, unlike the
// engine's state and Temporal; found is false for an event that is new or has no id.
func (s *Store) TurnOfEvent(ctx context.Context, enrollmentID care.ID, eventID string) (seq int64, found bool, err error) {
	if eventID == "" || !validID(enrollmentID) {
		return 0, false, nil
	}
	err = s.pool.QueryRow(ctx, "SELECT seq FROM journal WHERE enrollment_id = $1 AND event_id = $2 ORDER BY seq LIMIT 1", enrollmentID, eventID).Scan(&seq)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	return seq, err == nil, fault("looking for an event", err)
}

// journalRow is a row of the journal as GORM reads it.
type journalRow struct {
	EnrollmentID string
	Seq          int64
	PatientID    string
	Event        json.RawMessage
	Effects      json.RawMessage
	WakesAt      *time.Time
	Pathway      string
	Version      int
	Definition   string
	RecordedAt   time.Time
}

func (r journalRow) entry() (JournalEntry, error) {
	e := JournalEntry{
		EnrollmentID: r.EnrollmentID, Seq: r.Seq, PatientID: r.PatientID, WakesAt: r.WakesAt,
		Definition: DefinitionRef{Pathway: r.Pathway, Version: r.Version, Digest: r.Definition}, RecordedAt: r.RecordedAt,
	}
	if err := decodeExact(r.Event, &e.Event); err != nil {
		return e, err
	}
	return e, decodeExact(r.Effects, &e.Effects)
}

// Journal gives the turns of an enrollment after the one numbered after, in order, at most limit.
func (s *Store) Journal(ctx context.Context, enrollmentID care.ID, after int64, limit int) ([]JournalEntry, error) {
	if !validID(enrollmentID) {
		return nil, notFound("enrollment")
	}
	return readJournal(s.read(ctx).Where("enrollment_id = ? AND seq > ?", enrollmentID, after), limit)
}

func readJournal(q *gorm.DB, limit int) ([]JournalEntry, error) {
	var rows []journalRow
	if err := q.Table("journal").Order("enrollment_id, seq").Limit(limit).Scan(&rows).Error; err != nil {
		return nil, fault("reading the journal", err)
	}
	entries := make([]JournalEntry, 0, len(rows))
	for _, r := range rows {
		e, err := r.entry()
		if err != nil {
			return nil, care.Errorf(care.Internal, "turn %d of enrollment %s cannot be read from the journal", r.Seq, r.EnrollmentID)
		}
		entries = append(entries, e)
	}
	return entries, nil
}
