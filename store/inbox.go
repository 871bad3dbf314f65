package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"throughline/care"
)

// The formats of inbound messages.
const (
	FormatHL7v2 = "hl7v2"
	FormatFHIR  = "fhir"
)

// inboundLease is how long a message that was taken up is left alone. Whoever took it and died is
// given up then.
const inboundLease = time.Minute

// NewInbound is a message of another system, to be kept.
type NewInbound struct {
	DedupKey   string // the same message has the same key
	Format     string // hl7v2, fhir
	Kind       string // ADT^A03, fhir:transaction
	ControlID  string
	Source     string // the sending application and facility
	Raw        []byte
	ReceivedAt time.Time          // zero: now
	Status     care.InboundStatus // empty: received
	Reason     string             // why it is ignored or failed already
	TakenUp    bool               // the receiver works on it at once: nobody else gets it meanwhile
}

// InboundMessage is a kept message with its fate.
type InboundMessage struct {
	ID         care.ID            `json:"id"`
	DedupKey   string             `json:"-"`
	Format     string             `json:"format"`
	Kind       string             `json:"kind"`
	ControlID  string             `json:"control_id"`
	Source     string             `json:"source"`
	Raw        []byte             `json:"-"` // not in lists
	Status     care.InboundStatus `json:"status"`
	Reason     string             `json:"reason,omitempty"`
	PatientID  care.ID            `json:"patient_id,omitempty"`
	ReceivedAt time.Time          `json:"received_at"`
	HandledAt  *time.Time         `json:"handled_at,omitempty"`
	Attempts   int                `json:"attempts"` // how often it could not be worked on; one cut off by a crash does not count
}

type inboundRow struct {
	ID          string `gorm:"primaryKey"`
	DedupKey    string
	Format      string
	Kind        string
	ControlID   string
	Source      string
	Raw         []byte
	Status      string
	Reason      string
	PatientID   *string
	ReceivedAt  time.Time
	HandledAt   *time.Time
	Attempts    int
	LeasedUntil *time.Time
}

func (inboundRow) TableName() string { return "inbox" }

func (r inboundRow) message() InboundMessage {
	return InboundMessage{
		ID: r.ID, DedupKey: r.DedupKey, Format: r.Format, Kind: r.Kind, ControlID: r.ControlID, Source: r.Source, Raw: r.Raw,
		Status: care.InboundStatus(r.Status), Reason: r.Reason, PatientID: idOf(r.PatientID),
		ReceivedAt: r.ReceivedAt, HandledAt: r.HandledAt, Attempts: r.Attempts,
	}
}

// Receive keeps a message, durably when it returns. A message whose key is known is not kept again:
// duplicate is true then, and the first one is given.
func (s *Store) Receive(ctx context.Context, in NewInbound) (m InboundMessage, duplicate bool, err error) {
	if in.DedupKey == "" {
		return m, false, care.Errorf(care.Invalid, "an inbound message needs a key by which it is known again")
	}
	r := s.newInboundRow(in)
	done := s.read(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "dedup_key"}}, DoNothing: true}).Create(&r)
	if done.Error != nil {
		return m, false, fault("keeping an inbound message", done.Error)
	}
	if done.RowsAffected == 1 {
		return r.message(), false, nil
	}
	var first inboundRow
	err = s.read(ctx).Where("dedup_key = ?", in.DedupKey).Take(&first).Error
	return first.message(), true, fault("reading an inbound message", err)
}

func (s *Store) newInboundRow(in NewInbound) inboundRow {
	now := s.now().UTC()
	r := inboundRow{
		DedupKey: in.DedupKey, Format: in.Format, Kind: in.Kind, ControlID: in.ControlID, Source: in.Source,
		Raw: in.Raw, Status: string(in.Status), Reason: in.Reason, ReceivedAt: in.ReceivedAt,
	}
	if r.Raw == nil {
		r.Raw = []byte{}
	}
	if r.ReceivedAt.IsZero() {
		r.ReceivedAt = now
	}
	if r.Status == "" {
		r.Status = string(care.InboundReceived)
	}
	if r.Status != string(care.InboundReceived) {
		r.HandledAt = &now
	}
	if in.TakenUp {
		until := now.Add(inboundLease)
		r.LeasedUntil = &until
	}
	r.ID = care.NewID(r.ReceivedAt)
	return r
}

// NextInbound takes up the oldest messages that wait, at most limit. For a minute nobody else gets
// them; then they are given out again, unless SetInboundFate or DeferInbound was called.
func (s *Store) NextInbound(ctx context.Context, limit int) ([]InboundMessage, error) {
	now := s.now().UTC()
	var rows []inboundRow
	err := s.read(ctx).Raw(`UPDATE inbox SET leased_until = ?
		WHERE id IN (SELECT id FROM inbox WHERE status = 'received' AND (leased_until IS NULL OR leased_until <= ?)
			ORDER BY received_at, id LIMIT ? FOR UPDATE SKIP LOCKED)
		RETURNING *`, now.Add(inboundLease), now, limit).Scan(&rows).Error
	if err != nil {
		return nil, fault("taking up inbound messages", err)
	}
	messages := bodies(rows, inboundRow.message)
	sortInbound(messages)
	return messages, nil
}

// DeferInbound gives a message back, to be taken up again from the instant on: what stopped it will
// pass. The reason is shown until then.
func (s *Store) DeferInbound(ctx context.Context, id care.ID, until time.Time, reason string) error {
	return changeInbound(s.read(ctx), id, map[string]any{"leased_until": until, "reason": reason, "attempts": gorm.Expr("attempts + 1")}, care.InboundReceived)
}

// SetInboundFate records what became of a message.
func (s *Store) SetInboundFate(ctx context.Context, id care.ID, status care.InboundStatus, reason string, patientID care.ID) error {
	return setFate(s.read(ctx), s.now(), id, status, reason, patientID)
}

// SetInboundFate records what became of a message, together with what it led to.
func (tx *Tx) SetInboundFate(id care.ID, status care.InboundStatus, reason string, patientID care.ID) error {
	return setFate(tx.db, tx.now(), id, status, reason, patientID)
}

func setFate(db *gorm.DB, now time.Time, id care.ID, status care.InboundStatus, reason string, patientID care.ID) error {
	return changeInbound(db, id, map[string]any{
		"status": string(status), "reason": reason, "patient_id": maybeID(patientID), "handled_at": now.UTC(), "leased_until": nil,
	})
}

// ReplayInbound makes a failed or ignored message wait again. care.Conflict where it was applied;
// one that waits already stays as it is.
func (s *Store) ReplayInbound(ctx context.Context, id care.ID) error {
	return changeInbound(s.read(ctx), id, map[string]any{
		"status": string(care.InboundReceived), "reason": "", "handled_at": nil, "leased_until": nil,
	}, care.InboundReceived, care.InboundFailed, care.InboundIgnored)
}

// changeInbound changes a message that has one of the statuses; any, where none is named.
func changeInbound(db *gorm.DB, id care.ID, change map[string]any, from ...care.InboundStatus) error {
	if !validID(id) {
		return notFound("inbound message")
	}
	q := db.Model(&inboundRow{}).Where("id = ?", id)
	if len(from) > 0 {
		q = q.Where("status IN ?", from)
	}
	done := q.Updates(change)
	if done.Error != nil {
		return fault("changing an inbound message", done.Error)
	}
	if done.RowsAffected == 1 {
		return nil
	}
	if _, err := inbound(db, id); err != nil {
		return err
	}
	return care.Errorf(care.Conflict, "the message has been dealt with")
}

// Inbound gives a message as it came, with its fate.
func (s *Store) Inbound(ctx context.Context, id care.ID) (InboundMessage, error) {
	return inbound(s.read(ctx), id)
}

func inbound(db *gorm.DB, id care.ID) (InboundMessage, error) {
	var r inboundRow
	if !validID(id) {
		return r.message(), notFound("inbound message")
	}
	found := db.Where("id = ?", id).Limit(1).Find(&r)
	if found.Error == nil && found.RowsAffected == 0 {
		return r.message(), notFound("inbound message")
	}
	return r.message(), fault("reading an inbound message", found.Error)
}

// InboundFilter narrows a list of inbound messages. Empty fields narrow nothing.
type InboundFilter struct {
	Status    []care.InboundStatus
	PatientID care.ID
	ControlID string
}

var inboundList = timeList{table: "inbox", key: "received_at", value: "received_at", desc: true}

// ListInbound lists inbound messages without their text, the latest first.
func (s *Store) ListInbound(ctx context.Context, f InboundFilter, p Page) ([]InboundMessage, string, error) {
	n := narrow{s.read(ctx)}
	if err := n.patient(s.read(ctx), f.PatientID); err != nil {
		return nil, "", err
	}
	n.text("control_id", f.ControlID)
	anyOf(&n, "status", f.Status)
	q, err := inboundList.page(n.q, p)
	if err != nil {
		return nil, "", err
	}
	var rows []inboundRow
	if err := q.Omit("raw").Find(&rows).Error; err != nil {
		return nil, "", fault("listing inbound messages", err)
	}
	rows, next := cut(rows, p.limit(), inboundList.table, func(r inboundRow) []string {
		return timeRow[any]{ID: r.ID, At: &r.ReceivedAt}.keys()
	})
	return bodies(rows, inboundRow.message), next, nil
}

// sortInbound puts messages in the order of their arrival: RETURNING has none.
func sortInbound(messages []InboundMessage) {
	slices.SortFunc(messages, func(a, b InboundMessage) int {
		return cmp.Or(a.ReceivedAt.Compare(b.ReceivedAt), cmp.Compare(a.ID, b.ID))
	})
}
