package store

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"throughline/care"
)

// DeliveryState is where one try at delivering a message stands.
type DeliveryState string

// The states. A try is marked as sending before it is made: one that is found in that state later
// was interrupted, and nobody knows whether the message went out.
const (
	DeliverySending DeliveryState = "sending"
	DeliverySent    DeliveryState = "sent"
	DeliveryFailed  DeliveryState = "failed" // certainly not delivered: may be tried again
	DeliveryUnknown DeliveryState = "unknown"
)

// Delivery is one try at delivering a message.
type Delivery struct {
	MessageID  care.ID       `json:"message_id"`
	Attempt    int           `json:"attempt"` // from 1
	State      DeliveryState `json:"state"`
	Channel    string        `json:"channel"`
	ProviderID string        `json:"provider_id,omitempty"` // the channel's own id of it
	Detail     string        `json:"detail,omitempty"`      // no patient facts
	At         time.Time     `json:"at"`
}

// begun tells whether the try may have reached somebody.
func (d Delivery) begun() bool { return d.Attempt > 0 && d.State != DeliveryFailed }

// BeginDelivery marks that the message is about to be sent. When begun is true the caller sends,
// and then calls EndDelivery. When it is false there is an earlier try that did not certainly fail,
// and the caller must not send: it was sent, its result is unknown, or it is still marked as
// sending, which after an interruption means unknown.
func (s *Store) BeginDelivery(ctx context.Context, messageID care.ID, channel string) (d Delivery, begun bool, err error) {
	if !validID(messageID) {
		return d, false, notFound("message")
	}
	last, err := s.lastDelivery(ctx, messageID)
	if err != nil {
		return d, false, err
	}
	if last.begun() {
		return last, false, nil
	}
	d = Delivery{MessageID: messageID, Attempt: last.Attempt + 1, State: DeliverySending, Channel: channel, At: s.now().UTC()}
	done := s.read(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&d)
	if done.Error != nil {
		return Delivery{}, false, fault("marking a delivery", done.Error)
	}
	if done.RowsAffected == 1 {
		return d, true, nil
	}
	// Another one began the same try in this moment.
	last, err = s.lastDelivery(ctx, messageID)
	return last, false, err
}

// DeliveryBegun tells whether a message may be on its way: its last try did not fail.
func (s *Store) DeliveryBegun(ctx context.Context, messageID care.ID) (bool, error) {
	if !validID(messageID) {
		return false, notFound("message")
	}
	last, err := s.lastDelivery(ctx, messageID)
	return last.begun(), err
}

func (s *Store) lastDelivery(ctx context.Context, messageID care.ID) (Delivery, error) {
	var d Delivery
	err := s.read(ctx).Where("message_id = ?", messageID).Order("attempt DESC").Limit(1).Find(&d).Error
	return d, fault("reading a delivery", err)
}

// EndDelivery records what became of a try. What was sent stays sent.
func (s *Store) EndDelivery(ctx context.Context, d Delivery) error {
	if !validID(d.MessageID) {
		return notFound("message")
	}
	done := s.read(ctx).Model(&Delivery{}).
		Where("message_id = ? AND attempt = ? AND (state <> 'sent' OR ?)", d.MessageID, d.Attempt, d.State == DeliverySent).
		Updates(map[string]any{"state": d.State, "channel": d.Channel, "provider_id": d.ProviderID, "detail": d.Detail, "at": s.now().UTC()})
	if done.Error != nil {
		return fault("recording a delivery", done.Error)
	}
	if done.RowsAffected == 0 {
		return care.Errorf(care.Conflict, "the delivery was not begun, or has been recorded as sent")
	}
	return nil
}

// Deliveries gives the tries at delivering a message, in order.
func (s *Store) Deliveries(ctx context.Context, messageID care.ID) ([]Delivery, error) {
	if !validID(messageID) {
		return nil, nil
	}
	var rows []Delivery
	err := s.read(ctx).Where("message_id = ?", messageID).Order("attempt").Find(&rows).Error
	return rows, fault("listing deliveries", err)
}
