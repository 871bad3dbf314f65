package activities

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"throughline/care"
	"throughline/identity"
	"throughline/notify"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/workflows"
)

// Journal makes turns durable. The same turn again changes nothing; where another one stands under
// its number, the state to go on from is given.
type Journal interface {
	Commit(ctx context.Context, c workflows.Commit) (workflows.Committed, error)
}

// Outbox records what was tried with each message, before and after each try.
type Outbox interface {
	// BeginDelivery records that an attempt by the channel begins, and gives its number from 1. Where
	// no attempt may be made, nothing begins and settled says what became of the message: it was sent
	// or stopped, its result is unknown, or an attempt before was cut off between its beginning and its
	// end, which makes it unknown. An attempt that failed settles nothing.
	BeginDelivery(ctx context.Context, messageID care.ID, channel string) (attempt int, settled *engine.Delivery, err error)
	// EndDelivery records what became of the attempt. ProviderID is the channel's name for the message.
	EndDelivery(ctx context.Context, messageID care.ID, attempt int, d engine.Delivery, providerID string) error
}

// Recipient is whom a message goes to.
type Recipient struct {
	Address  notify.Address
	Language string // BCP 47; empty: not known
}

// Recipients knows how people, roles and services are reached.
type Recipients interface {
	// Recipient resolves a message's To: "patient", "role:<role>", "user:<id>" or "service:<id>". It is
	// NotFound where there is nobody.
	Recipient(ctx context.Context, m care.Message) (Recipient, error)
}

// Links makes the links that partners answer by.
type Links interface {
	// ReferralLink gives the signed link of a referral for one message. The same message again gives a
	// link to the same page.
	ReferralLink(ctx context.Context, referralID, messageID care.ID) (string, error)
}

// Answers makes the links that patients answer questions by.
type Answers interface {
	// AnswersLink gives the signed link to the questions for one message. The same message again gives a
	// link to the same page.
	AnswersLink(ctx context.Context, asked identity.Asked, messageID care.ID) (string, error)
}

// Followed knows how an enrollment stands, and which version of a pathway it follows.
type Followed interface {
	// Followed gives the version, nil where it is not kept, and the state after the last turn.
	Followed(ctx context.Context, enrollmentID care.ID) (*pathways.Definition, engine.State, error)
}

// Directory knows the community's services.
type Directory interface {
	// Services gives those that may meet the patient's need, best first, without the excluded.
	Services(ctx context.Context, need string, patientID care.ID, exclude []care.ID) ([]engine.Candidate, error)
}

// Config is what the activities work with. All of it is required, except where it says otherwise.
type Config struct {
	Journal    Journal
	Outbox     Outbox
	Recipients Recipients
	Links      Links
	Answers    Answers
	Followed   Followed
	Directory  Directory
	Neighbours workflows.Neighbours
	Mail       notify.Channel
	InApp      notify.Channel // optional: for people without an e-mail address
	Desk       Desk           // optional
	// PublicURL is where people reach the app, without a slash at its end.
	PublicURL string
	// Organization is who writes, in every message. Phone is optional: where to call.
	Organization, Phone string
	// Emergency is what the organization tells patients about an emergency, by language; optional.
	Emergency care.EmergencyWords
	// Now is the time that pathways follow, which a demonstration moves.
	Now    func() time.Time
	Logger *slog.Logger
}

// Activities are what workflows call. They are safe for concurrent use.
type Activities struct {
	c Config
}

// New makes the activities. It fails where the configuration is incomplete.
func New(c Config) (*Activities, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	return &Activities{c: c}, nil
}

func (c Config) check() error {
	for _, part := range []struct {
		name  string
		given bool
	}{
		{"a journal", c.Journal != nil},
		{"an outbox", c.Outbox != nil},
		{"recipients", c.Recipients != nil},
		{"links", c.Links != nil},
		{"patients' links", c.Answers != nil},
		{"the versions that enrollments follow", c.Followed != nil},
		{"a directory", c.Directory != nil},
		{"a way to other enrollments", c.Neighbours != nil},
		{"an organization's name", c.Organization != ""},
		{"a mail channel", c.Mail != nil},
		{"a clock", c.Now != nil},
		{"a logger", c.Logger != nil},
	} {
		if !part.given {
			return care.Errorf(care.Invalid, "the activities need %s", part.name)
		}
	}
	if u, err := url.Parse(c.PublicURL); err != nil || !u.IsAbs() || u.Host == "" {
		return care.Errorf(care.Invalid, "the public address must be a whole one, like https://care.example.org")
	}
	return nil
}
