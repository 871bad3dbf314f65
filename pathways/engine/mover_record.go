package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// MoveRecord is what a state remembers of its move to another version while it may be taken back: the
// items as they were, where the move changed them, and by what they are known if nothing has happened to
// them since.
type MoveRecord struct {
	ID    care.ID     `json:"id,omitempty"`
	From  PathVersion `json:"from"`
	To    PathVersion `json:"to"`
	Seq   int64       `json:"seq"` // the turn that moved it
	At    time.Time   `json:"at"`
	Until time.Time   `json:"until"` // how long it may be taken back

	Names       []StepMove      `json:"names,omitempty"` // the steps that went on as others
	Steps       []StepWas       `json:"steps,omitempty"`
	Clocks      []ClockWas      `json:"clocks,omitempty"`
	Escalations []EscalationWas `json:"escalations,omitempty"`
	Facts       []FactWas       `json:"facts,omitempty"`
	Personal    []pathways.Step `json:"personal,omitempty"` // as they were
	Kept        []Kept          `json:"kept,omitempty"`     // as they were
	Outbox      []MessageWas    `json:"outbox,omitempty"`
	Tracks      int             `json:"tracks,omitempty"`     // how many had been started before
	TracksNow   int             `json:"tracks_now,omitempty"` // … and after
	Asks        []string        `json:"asks,omitempty"`       // what was left to a person, in words
	Before      *MoveRecord     `json:"before,omitempty"`     // an earlier move that may still be taken back
}

// PathVersion names a version by number and content.
type PathVersion struct {
	Version int    `json:"version"`
	Digest  string `json:"digest"`
}

// StepWas is a step before the move; Was is nil where the move brought it. Step and Occurrence are its
// name since, Now the digest of what the move made of it.
type StepWas struct {
	Step       string `json:"step"`
	Occurrence int    `json:"occurrence"`
	Was        *Step  `json:"was,omitempty"`
	Now        string `json:"now"`
}

// ClockWas is a clock before the move, likewise. Place is where it stood among the clocks.
type ClockWas struct {
	Name       string `json:"name"`
	Step       string `json:"step,omitempty"`
	Occurrence int    `json:"occurrence,omitempty"`
	Place      int    `json:"place,omitempty"`
	Was        *Clock `json:"was,omitempty"`
	Now        string `json:"now,omitempty"` // empty: the move left none
}

// EscalationWas is an escalation that was open before the move, or that the move raised.
type EscalationWas struct {
	ID    care.ID          `json:"id"`
	Place int              `json:"place,omitempty"`
	Was   *care.Escalation `json:"was,omitempty"`
	Now   string           `json:"now,omitempty"` // empty: the move ended it
}

// FactWas is a fact before the move; Was is nil where the move learned it.
type FactWas struct {
	Name string          `json:"name"`
	Was  *care.FactValue `json:"was,omitempty"`
	Now  string          `json:"now,omitempty"`
}

// MessageWas is a message that was on its way before the move, or that the move queued.
type MessageWas struct {
	ID  care.ID       `json:"id"`
	Was *care.Message `json:"was,omitempty"`
	Now string        `json:"now"`
}

// noteMove remembers a move that was made in this turn, and forgets one that can no longer be taken back.
func (r *run) noteMove() {
	moved := r.left != nil && r.ev.Kind == EnrollmentMigrate
	switch kept := r.s.Migration; {
	case r.s.Status == care.EnrollmentEnded:
		r.s.Migration = nil
	case moved:
		r.s.Migration = r.recordOfMove()
	case kept != nil && kept.Until.Before(r.at):
		r.s.Migration = nil
	}
}

func (r *run) recordOfMove() *MoveRecord {
	mig, was := r.ev.Migration, r.left.s
	window := mig.Window
	if window <= 0 {
		window = DefaultWindow
	}
	rec := &MoveRecord{
		ID: mig.ID, At: r.at, Until: r.at.Add(window), Seq: r.s.Seq,
		From: PathVersion{r.left.def.Version, pathways.Digest(r.left.def)}, To: PathVersion{r.def.Version, pathways.Digest(r.def)},
		Personal: was.Personal, Kept: was.Kept, Tracks: len(was.Tracks), TracksNow: len(r.s.Tracks), Asks: r.asks,
	}
	if before := r.s.Migration; before != nil && before.Until.After(r.at) {
		rec.Before = before
	}
	for _, move := range mig.Plan.Steps {
		if move.To != "" {
			rec.Names = append(rec.Names, StepMove{Step: move.Step, To: move.To})
		}
	}
	r.noteSteps(rec)
	r.noteClocks(rec)
	r.noteEscalations(rec)
	r.noteFacts(rec)
	r.noteOutbox(rec)
	return rec
}

func (r *run) noteSteps(rec *MoveRecord) {
	for i, now := range r.s.Steps {
		entry := StepWas{Step: now.ID, Occurrence: now.Occurrence, Now: digestOfStep(now)}
		if i < len(r.left.s.Steps) {
			if entry.Was = r.left.s.Steps[i]; digestOfStep(entry.Was) == entry.Now {
				continue
			}
		}
		rec.Steps = append(rec.Steps, entry)
	}
}

func (r *run) noteClocks(rec *MoveRecord) {
	var known []*Clock
	for i, was := range r.left.s.Clocks {
		entry := ClockWas{Name: was.Name, Step: was.Step, Occurrence: was.Occurrence, Place: i, Was: was}
		if i < len(r.clockNames) {
			entry.Name, entry.Step, entry.Occurrence = r.clockNames[i].Name, r.clockNames[i].Step, r.clockNames[i].Occurrence
		}
		if now := r.clockNamed(entry.Name, entry.Step, entry.Occurrence); now != nil {
			known, entry.Now = append(known, now), digestOfClock(now)
			if digestOf(was) == digestOf(now) {
				continue
			}
		}
		rec.Clocks = append(rec.Clocks, entry)
	}
	for _, now := range r.s.Clocks {
		if !slices.Contains(known, now) {
			rec.Clocks = append(rec.Clocks, ClockWas{Name: now.Name, Step: now.Step, Occurrence: now.Occurrence, Now: digestOfClock(now)})
		}
	}
}

func (r *run) clockNamed(name, step string, occurrence int) *Clock {
	for _, c := range r.s.Clocks {
		if c.Name == name && c.Step == step && c.Occurrence == occurrence {
			return c
		}
	}
	return nil
}

func (r *run) noteEscalations(rec *MoveRecord) {
	find := func(in []care.Escalation, id care.ID) *care.Escalation {
		for i := range in {
			if in[i].ID == id {
				return &in[i]
			}
		}
		return nil
	}
	for i := range r.left.s.Escalations {
		was := &r.left.s.Escalations[i]
		entry := EscalationWas{ID: was.ID, Place: i, Was: was}
		if now := find(r.s.Escalations, was.ID); now != nil {
			if entry.Now = digestOfEscalation(now); entry.Now == digestOfEscalation(was) {
				continue
			}
		}
		rec.Escalations = append(rec.Escalations, entry)
	}
	for i := range r.s.Escalations {
		if now := &r.s.Escalations[i]; find(r.left.s.Escalations, now.ID) == nil {
			rec.Escalations = append(rec.Escalations, EscalationWas{ID: now.ID, Now: digestOfEscalation(now)})
		}
	}
}

func (r *run) noteFacts(rec *MoveRecord) {
	for _, was := range r.left.s.Facts {
		entry := FactWas{Name: was.Name, Was: &was}
		if now, ok := r.fact(was.Name); ok {
			if entry.Now = digestOf(now); entry.Now == digestOf(was) {
				continue
			}
		}
		rec.Facts = append(rec.Facts, entry)
	}
	for _, now := range r.s.Facts {
		if _, ok := r.left.fact(now.Name); !ok {
			rec.Facts = append(rec.Facts, FactWas{Name: now.Name, Now: digestOf(now)})
		}
	}
}

func (r *run) noteOutbox(rec *MoveRecord) {
	for i, now := range r.s.Outbox {
		entry := MessageWas{ID: now.ID, Now: digestOf(now)}
		if i < len(r.left.s.Outbox) {
			if entry.Was = &r.left.s.Outbox[i]; digestOf(*entry.Was) == entry.Now {
				continue
			}
		}
		rec.Outbox = append(rec.Outbox, entry)
	}
}

// The digests tell whether an item is as it was left. What is derived anew with every turn (what happens
// next, by when, in which words) does not belong to them.

func digestOfStep(st *Step) string {
	c := st.clone(true)
	if c.Task != nil {
		c.Task.Next, c.Task.DueAt, c.Task.DueReason = nil, nil, ""
	}
	if c.Referral != nil && c.Referral.Current != nil {
		c.Referral.Current.DueAt, c.Referral.Current.WaitsFor, c.Referral.Current.Next = nil, "", nil
	}
	return digestOf(c)
}

func digestOfClock(c *Clock) string {
	copied := *c
	copied.Reason = ""
	return digestOf(copied)
}

func digestOfEscalation(esc *care.Escalation) string {
	copied := *esc
	copied.Next = nil
	return digestOf(copied)
}

// digestOf is short: it tells two states of one item apart, and nobody can choose them.
func digestOf(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8])
}
