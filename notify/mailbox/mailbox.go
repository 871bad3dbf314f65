// Package mailbox is where mail goes as long as no mail server is set: into a local mailbox that the app
// shows, so that a demonstration never writes to a stranger.
//
// It knows nothing of SMTP and nothing of who may look.
package mailbox

import (
	"context"
	"time"

	"throughline/notify"
	"throughline/notify/rfc5322"
)

// Store keeps mail.
type Store interface {
	// Put keeps the message. The same id again changes nothing. An error that is permanent by
	// care.Permanent says that this message will never be taken.
	Put(ctx context.Context, m notify.Message) error
}

// Channel delivers to a Store.
type Channel struct {
	store Store
	now   func() time.Time
}

var _ notify.Channel = (*Channel)(nil)

// New makes the channel. Results carry now's time.
func New(store Store, now func() time.Time) *Channel { return &Channel{store: store, now: now} }

// Name implements notify.Channel.
func (*Channel) Name() string { return "mailbox" }

// Deliver implements notify.Channel. The recipient is m.To.Email, held to the same rules as for real
// mail, so that what works here works there. A result is never Unknown, since putting the same message again
// is harmless.
func (c *Channel) Deliver(ctx context.Context, m notify.Message) notify.Result {
	return notify.HandOver(ctx, m, c.put, c.now)
}

func (c *Channel) put(ctx context.Context, m notify.Message) error {
	if _, err := rfc5322.ParseMailbox(m.To.Email); err != nil {
		return err
	}
	return c.store.Put(ctx, m)
}
