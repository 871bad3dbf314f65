package pages

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"throughline/api/command"
	"throughline/api/operations"
	"throughline/care"
	"throughline/identity"
	"throughline/notify/mailbox"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/store"
)

// Store is what the pages read, and the links they mark.
type Store interface {
	Counts(ctx context.Context) (store.Counts, error)
	Proof(ctx context.Context) (store.Proof, error)
	Referral(ctx context.Context, id care.ID) (care.Referral, error)
	Patient(ctx context.Context, id care.ID) (*care.Patient, error)
	Consents(ctx context.Context, patientID care.ID) ([]care.Consent, error)
	LinkByID(ctx context.Context, id care.ID) (store.Link, error)
	Followed(ctx context.Context, enrollmentID care.ID) (*pathways.Definition, engine.State, error)
	MarkLinkUsed(ctx context.Context, id care.ID) error
}

// Mailbox is the local mailbox.
type Mailbox interface {
	List(ctx context.Context, limit int, cursor string) (mailbox.Page, error)
	Get(ctx context.Context, key string) (mailbox.Entry, error)
}

// Deps are what the pages work with.
type Deps struct {
	Store    Store
	Commands command.Sender
	Admin    *identity.Authenticator
	Sessions *identity.Sessions
	Links    *identity.Links
	Mailbox  Mailbox // nil where mail is sent
	Parts    func(ctx context.Context) []operations.Part
	OpenAPI  *huma.OpenAPI
	// Organization and Phone are what a partner or a patient may see of who asks.
	Organization, Phone string
	// Emergency is what patients are told about one.
	Emergency care.EmergencyWords
	Zone      *time.Location // the organization's
	// PartnerSees says how much of a patient a partner sees, once they have said yes.
	PartnerSees Disclosure
	Secure      bool // pages are reached by https only
	Demo        bool
	Version     string
	Now         func() time.Time // the time that pathways follow
}

// The routes of the pages.
const (
	PathStatus  = "/"
	PathSignIn  = "/sign-in"
	PathSignOut = "/sign-out"
	PathMailbox = "/mailbox"
	PathMail    = "/mailbox/:key"
	PathDocs    = "/api/docs"
	PathPartner = "/r/:token"
	PathPatient = "/p/:token"
)

// Register adds the pages.
func Register(r gin.IRouter, d Deps) {
	r.GET(PathStatus, d.status)
	r.GET(PathSignIn, func(c *gin.Context) { ShowSignIn(c, http.StatusOK) })
	r.POST(PathSignIn, d.signIn)
	r.POST(PathSignOut, d.signOut)
	r.GET(PathDocs, d.docs())
	r.GET(PathPartner, d.partner)
	r.POST(PathPartner, d.answer)
	r.GET(PathPatient, d.questions)
	r.POST(PathPatient, d.answers)
	if d.Mailbox != nil {
		r.GET(PathMailbox, d.mailbox)
		r.GET(PathMail, d.mail)
	}
}

func (d Deps) frame(title string) frame {
	return frame{Title: title + " · Throughline", HasMailbox: d.Mailbox != nil}
}

// when says an instant as people here do.
func (d Deps) when(at time.Time) string {
	return at.In(d.Zone).Format("Monday, January 2, 2006 at 3:04 PM") + " (" + d.Zone.String() + ")"
}
