// Package inapp delivers messages to people inside the app: it hands them to an inbox that the caller
// gives. It knows nothing of how that inbox keeps or shows them.
package inapp

import (
	"context"
	"time"

	"throughline/care"
	"throughline/notify"
)

// Inbox keeps messages for people of this installation.
type Inbox interface {
	// Put keeps the message for m.To.Account. The same id again changes nothing. An error that is
	// permanent by care.Permanent says that this message will never be taken.
	Put(ctx context.Context, m notify.Message) error
}

// Channel delivers to an Inbox.
type Channel struct {
	inbox Inbox
	now   func() time.Time
}

var _ notify.Channel = (*Channel)(nil)

// New makes the channel. Results carry now's time.
func New(inbox Inbox, now func() time.Time) *Channel { return &Channel{inbox: inbox, now: now} }

// Name implements notify.Channel.
func (*Channel) Name() string { return "inapp" }

// Deliver implements notify.Channel. The recipient is m.To.Account. A result is never Unknown, since
// putting the same message again is harmless.
func (c *Channel) Deliver(ctx context.Context, m notify.Message) notify.Result {
	return notify.HandOver(ctx, m, c.put, c.now)
}

func (c *Channel) put(ctx context.Context, m notify.Message) error {
	if m.To.Account == "" {
		return care.Errorf(care.Invalid, "there is no account to put the message before").At("to.account")
	}
	return c.inbox.Put(ctx, m)
}
