// Package command sends what people do to the enrollment that it concerns, and waits until it was
// taken or refused.
//
// It must not know HTTP nor any resource.
package command

import (
	"context"
	"errors"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
	"throughline/workflows"
)

// Enrollments are the running enrollments.
type Enrollments interface {
	Submit(ctx context.Context, enrollmentID care.ID, ev engine.Event) (workflows.Receipt, error)
}

// Journal remembers every event for ever.
type Journal interface {
	TurnOfEvent(ctx context.Context, enrollmentID care.ID, eventID string) (seq int64, found bool, err error)
}

// Sender sends events to enrollments.
type Sender struct {
	Enrollments Enrollments
	Journal     Journal
}

// Send tells an enrollment what the caller did. When it returns, the turn is committed and a read
// shows it. An event without identity and actor gets the request's.
func (s Sender) Send(ctx context.Context, enrollmentID care.ID, ev engine.Event) error {
	if ev.ID == "" {
		ev.ID = rest.EventID(ctx)
	}
	if ev.Actor == (care.Actor{}) {
		ev.Actor = rest.ActorOf(ctx)
	}
	_, err := s.Enrollments.Submit(ctx, enrollmentID, ev)
	if err == nil {
		return nil
	}
	switch care.CodeOf(err) {
	case care.NotFound, care.Conflict:
	default:
		return err
	}
	// The event may have been taken long ago, and even have ended the enrollment.
	if _, taken, journalErr := s.Journal.TurnOfEvent(ctx, enrollmentID, ev.ID); journalErr == nil && taken {
		return nil
	}
	if noSuchEnrollment(err) {
		return care.Errorf(care.Conflict, "the enrollment has ended").By("enrollment.ended")
	}
	return err
}

// noSuchEnrollment tells apart that nothing runs from the engine's own "there is no such …", which
// names the field.
func noSuchEnrollment(err error) bool {
	var e *care.Error
	return errors.As(err, &e) && e.Code == care.NotFound && e.Field == "" && e.Rule == ""
}
