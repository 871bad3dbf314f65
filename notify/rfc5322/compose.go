package rfc5322

import (
	"bytes"
	"fmt"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"throughline/notify"
)

// Options are the parts of a mail that aren't the message's own.
type Options struct {
	// From is who the mail is from; its domain ends the Message-ID.
	From mail.Address
	// ReplyTo is where answers go, where that isn't From.
	ReplyTo *mail.Address
	// Unsubscribe is an https or mailto address for the List-Unsubscribe field (RFC 2369), where the
	// message doesn't bring its own.
	Unsubscribe string
	// Date is when the mail is sent.
	Date time.Time
}

// Compose gives the mail's octets: CRLF line ends, quoted-printable, the text first and the HTML as its
// alternative. It is marked as sent by a machine (RFC 3834), so that answering machines stay quiet. A
// message that can't be a mail is refused with a care.Error of code Invalid.
func Compose(m notify.Message, o Options) ([]byte, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	to, err := ParseMailbox(m.To.Email)
	if err != nil {
		return nil, err
	}
	from, err := ParseMailbox(o.From.Address)
	if err != nil {
		return nil, fmt.Errorf("reading the sender's address: %w", err)
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&mail.Address{Name: displayName(o.From.Name), Address: from.Address})
	msg.ToMailAddress(&mail.Address{Name: displayName(m.To.Name), Address: to.Address})
	if o.ReplyTo != nil {
		msg.ReplyToMailAddress(o.ReplyTo)
	}
	// Folding may end on a run of blanks and would then change it, so there are none.
	msg.Subject(strings.Join(strings.Fields(m.Subject), " "))
	msg.SetDateWithValue(o.Date)
	msg.SetMessageIDWithValue(notify.MessageID(m.ID, from.Domain()))
	setHeaders(msg, m, o)
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	var octets bytes.Buffer
	if _, err := msg.WriteTo(&octets); err != nil {
		return nil, fmt.Errorf("composing the mail: %w", err)
	}
	return octets.Bytes(), nil
}

// displayName leaves backslashes out: net/mail encodes a name such as "\\漢" to a word that net/mail and
// other strict readers refuse, and the whole field with it.
func displayName(name string) string { return strings.ReplaceAll(name, `\`, "") }

func setHeaders(msg *gomail.Msg, m notify.Message, o Options) {
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	// Exchange does not read Auto-Submitted.
	msg.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "All")
	if m.Language != "" {
		msg.SetGenHeader(gomail.HeaderContentLang, m.Language)
	}
	if o.Unsubscribe != "" {
		msg.SetGenHeader(gomail.HeaderListUnsubscribe, "<"+o.Unsubscribe+">")
	}
	for name, value := range m.Headers {
		msg.SetGenHeader(gomail.Header(canonical(name)), value)
	}
}
