package email

import (
	"context"
	"errors"
	"fmt"

	"throughline/care"
	"throughline/notify"
	"throughline/notify/rfc5322"
)

// Channel delivers by SMTP.
type Channel struct {
	config Config
	sender rfc5322.Mailbox
}

var _ notify.Channel = (*Channel)(nil)

// New makes the channel; it connects to nothing yet.
func New(c Config) (*Channel, error) {
	c = c.withDefaults()
	if err := c.check(); err != nil {
		return nil, err
	}
	sender, err := rfc5322.ParseMailbox(c.From.Address)
	if err != nil {
		return nil, fmt.Errorf("reading the sender's address: %w", err)
	}
	if c.Hello == "" {
		c.Hello = sender.Domain()
	}
	return &Channel{config: c, sender: sender}, nil
}

// Name implements notify.Channel.
func (*Channel) Name() string { return "email" }

// Deliver implements notify.Channel. The recipient is m.To.Email.
func (c *Channel) Deliver(ctx context.Context, m notify.Message) notify.Result {
	envelope, octets, err := c.compose(m)
	if err != nil {
		return notify.FailedForGood(words(err), c.config.Now())
	}
	d, err := c.connect(ctx)
	if err != nil {
		return c.result(err)
	}
	defer d.hangUp()
	id, err := d.send(envelope, octets)
	if err != nil {
		return c.result(err)
	}
	return notify.SentAs(id, c.config.Now())
}

// Probe connects, encrypts and signs in, and sends nothing: it tells whether the setting works.
func (c *Channel) Probe(ctx context.Context) error {
	d, err := c.connect(ctx)
	if err != nil {
		return care.Errorf(care.Unavailable, "the mail server: %s", c.result(err).Detail)
	}
	d.quit()
	d.hangUp()
	return nil
}

type envelope struct {
	from, to  string
	needsUTF8 bool
}

func (c *Channel) compose(m notify.Message) (envelope, []byte, error) {
	octets, err := rfc5322.Compose(m, rfc5322.Options{
		From: c.config.From, ReplyTo: c.config.ReplyTo, Unsubscribe: c.config.Unsubscribe, Date: c.config.Now(),
	})
	if err != nil {
		return envelope{}, nil, err
	}
	to, err := rfc5322.ParseMailbox(m.To.Email)
	if err != nil {
		return envelope{}, nil, err
	}
	return envelope{from: c.sender.Address, to: to.Address, needsUTF8: to.NeedsUTF8 || c.sender.NeedsUTF8}, octets, nil
}

// words gives what may be shown of an error: ours, never the library's, which quote their input.
func words(err error) string {
	if known, ok := errors.AsType[*care.Error](err); ok {
		return known.Message
	}
	return "the mail could not be composed"
}
