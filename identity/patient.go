package identity

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"throughline/care"
)

// Asked is what a patient is asked by a link.
type Asked struct {
	EnrollmentID care.ID
	Step         string
	Occurrence   int    // 0: the latest
	Language     string // of the message that brings the link (BCP 47)
}

// PatientLinks makes the addresses by which patients answer questions. Nothing in one tells of whom
// or of what it is.
type PatientLinks struct {
	Links *Links
	// Keep notes what the link asks. The same link again must change nothing.
	Keep func(ctx context.Context, link Link, asked Asked) error
	// PublicURL is where people reach the app, without a slash at its end.
	PublicURL string
	// Life is how long a link is good for. Whether the questions are still asked is another matter.
	Life time.Duration
	Now  func() time.Time
}

// AnswersLink gives the address for one message that brings questions. The same message again gives
// an address of the same link.
func (p *PatientLinks) AnswersLink(ctx context.Context, asked Asked, messageID care.ID) (string, error) {
	link := Link{
		ID:      care.KeyID("answers", asked.EnrollmentID, asked.Step, strconv.Itoa(asked.Occurrence), messageID),
		Purpose: PurposeAnswers, ExpiresAt: p.Now().Add(p.Life).UTC(),
	}
	token, err := p.Links.Token(link)
	if err != nil {
		return "", err
	}
	if err := p.Keep(ctx, link, asked); err != nil {
		return "", fmt.Errorf("keeping the patient's link: %w", err)
	}
	return p.PublicURL + "/p/" + token, nil
}
