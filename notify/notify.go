package notify

import (
	"context"
	"time"

	"throughline/care"
)

// Message is what a channel is asked to deliver: rendered text for one recipient.
type Message struct {
	// ID is stable over every attempt at this one message. Mail derives its Message-ID from it, so
	// that whoever receives the message twice can tell. It must not hold patient facts: it leaves
	// the house.
	ID      string  `json:"id"`
	To      Address `json:"to"`
	Subject string  `json:"subject"`
	// Text is the whole message in plain words. HTML, where given, says the same.
	Text string `json:"text"`
	HTML string `json:"html,omitempty"`
	// Language is the language the text is in (BCP 47); empty where it isn't known.
	Language string `json:"language,omitempty"`
	// Headers are additional mail header fields, such as List-Unsubscribe. Fields that say who,
	// when, what about or how encoded belong to the channel and are refused here.
	Headers map[string]string `json:"headers,omitempty"`
}

// Address is where a recipient is reached. Each channel uses the part it knows.
type Address struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"` // an RFC 5321 mailbox, without name or brackets
	Phone string `json:"phone,omitempty"` // E.164
	// Account is the id of the person in this installation, for channels inside it.
	Account string `json:"account,omitempty"`
}

// Status is how a delivery ended. The words are those the message's own record uses.
type Status = care.MessageStatus

// The ends of a delivery; see the package's comment.
const (
	Sent    = care.MessageSent
	Failed  = care.MessageFailed
	Unknown = care.MessageUnknown
)

// Result is what became of one attempt.
type Result struct {
	Status Status `json:"status"`
	// Permanent, with Failed: the same message would be refused again. Otherwise a later attempt may succeed.
	Permanent bool `json:"permanent,omitempty"`
	// ProviderID is the other side's name for the message, where it gave one.
	ProviderID string `json:"provider_id,omitempty"`
	// Detail says in words what happened. It never repeats what the other side wrote, since mail
	// servers quote addresses: codes and our own words only.
	Detail string    `json:"detail,omitempty"`
	At     time.Time `json:"at"`
}

// Channel delivers messages one way: mail, SMS, in the app.
type Channel interface {
	// Name is the channel's stable name, as it stands in records: "email".
	Name() string
	// Deliver attempts once and says how it ended. It never retries: that is the caller's to decide.
	// A cancelled context ends the attempt promptly, with Unknown where the message had left already.
	Deliver(ctx context.Context, m Message) Result
}
