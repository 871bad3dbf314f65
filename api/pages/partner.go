package pages

import (
	"context"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"throughline/api/rest"
	"throughline/care"
	"throughline/identity"
	"throughline/store"
)

// Disclosure says how much of a patient a partner sees who has said yes. Before that, and where the
// patient does not agree, nobody sees more than initials and language.
type Disclosure string

// The disclosures.
const (
	DiscloseMinimal Disclosure = "minimal" // initials and how to call
	DiscloseName    Disclosure = "name"    // the first name too
)

type partnerPage struct {
	frame
	Notice, Heading, Lead string
	Rows                  []row
	Answers               []answer
	Closing               string
	Organization, Phone   string
}

type row struct {
	Name, Value string
	Link        template.URL
}

// opened is what a link leads to.
type opened struct {
	link     store.Link
	referral care.Referral
}

// What keeps a link from opening.
var (
	errUnknownLink = errors.New("unknown link")
	errExpired     = errors.New("expired link")
	errRevoked     = errors.New("revoked link")
)

// partner shows what is asked. It changes nothing.
func (d Deps) partner(c *gin.Context) {
	c.Header("Referrer-Policy", "no-referrer") // the address is the key
	ctx := c.Request.Context()
	o, err := d.open(ctx, c.Param("token"))
	if err != nil {
		d.closed(c, o, err)
		return
	}
	page, err := d.asked(ctx, o)
	if err != nil {
		d.closed(c, o, err)
		return
	}
	page.Notice = notices[c.Query("said")]
	show(c, http.StatusOK, "partner.html", page)
}

// notices are what a partner is told after an answer.
var notices = map[string]string{
	"thanks": "Thank you. Your answer is recorded.",
	"again":  "You have already told us this. Nothing was changed.",
	"late":   "Meanwhile this request has changed, so your answer was not recorded. This is how it stands now.",
}

// open follows a token to the referral. With errRevoked the referral is given too.
func (d Deps) open(ctx context.Context, token string) (opened, error) {
	signed, err := d.Links.Verify(token, identity.PurposeReferral)
	if errors.Is(err, identity.ErrBadLink) {
		return opened{}, errUnknownLink
	}
	expired := err != nil
	var o opened
	if o.link, err = d.Store.LinkByID(ctx, signed.ID); err != nil {
		if care.CodeOf(err) == care.NotFound {
			return o, errUnknownLink
		}
		return o, err
	}
	if o.referral, err = d.Store.Referral(ctx, o.link.ReferralID); err != nil {
		return o, err
	}
	switch {
	case o.link.RevokedAt != nil:
		return o, errRevoked
	case expired || !o.link.Works(d.Now()):
		return o, errExpired
	}
	return o, nil
}

// closed says plainly that a link opens nothing.
func (d Deps) closed(c *gin.Context, o opened, err error) {
	page := d.partnerPage()
	status := http.StatusGone
	switch {
	case errors.Is(err, errUnknownLink):
		status = http.StatusNotFound
		page.Heading, page.Lead = "This link is not one of ours", "Perhaps a part of it is missing. Please open it from the mail again."
	case errors.Is(err, errExpired):
		page.Heading, page.Lead = "This link has expired", "The time to answer is over. If you can still help, please call us."
	case errors.Is(err, errRevoked):
		page.Heading, page.Lead = ended(o.referral.Status)
	default:
		rest.From(c.Request.Context()).Failure = err
		status = http.StatusServiceUnavailable
		page.Heading, page.Lead = "Please try again in a moment", "Something on our side does not answer. Nothing was changed."
	}
	show(c, status, "partner.html", page)
}

// ended tells how a request ended whose link no longer works.
func ended(status care.ReferralStatus) (heading, lead string) {
	switch status {
	case care.ReferralRejected:
		return "You have told us that you cannot help", "Thank you for answering. Nothing more is needed from you."
	case care.ReferralCompleted:
		return "This request is finished", "Thank you for your help. Nothing more is needed from you."
	case care.ReferralFailed:
		return "This request is closed", "Thank you for trying. Nothing more is needed from you."
	}
	return "This link no longer works", "The request was withdrawn or has gone another way. Nothing more is needed from you."
}

func (d Deps) partnerPage() partnerPage {
	return partnerPage{
		frame: frame{Title: "Request for help"}, Organization: d.Organization, Phone: d.Phone,
		Closing: "This page is for you alone: whoever has its address can answer for you.",
	}
}

// asked describes a referral to its partner: what, for whom as little as is needed, and by when.
func (d Deps) asked(ctx context.Context, o opened) (partnerPage, error) {
	page := d.partnerPage()
	ref := o.referral
	page.Heading, page.Lead = headings(ref.Status)
	if ref.Status == care.ReferralRequested && d.Organization != "" {
		page.Lead = d.Organization + " asks you to help one of its patients."
	}
	page.Answers = answersFor(ref.Status)
	page.Rows = append(page.Rows, row{Name: "What is needed", Value: needInWords(ref.Need)})
	if !ref.Status.Open() {
		return page, nil
	}
	patient, err := d.Store.Patient(ctx, ref.PatientID)
	if err != nil {
		return page, err
	}
	agreed, err := d.agreed(ctx, ref)
	if err != nil {
		return page, err
	}
	page.Rows = append(page.Rows, d.disclose(patient, ref.Status != care.ReferralRequested && agreed)...)
	if ref.DueAt != nil {
		page.Rows = append(page.Rows, row{Name: dueInWords(ref.Status), Value: d.when(*ref.DueAt)})
	}
	return page, nil
}

// agreed tells that the patient has not refused or taken back their consent to share for the need.
// Where none is on record, none was needed: the engine asks before it sends.
func (d Deps) agreed(ctx context.Context, ref care.Referral) (bool, error) {
	all, err := d.Store.Consents(ctx, ref.PatientID)
	if err != nil {
		return false, err
	}
	// They come by purpose, the latest first.
	i := slices.IndexFunc(all, func(c care.Consent) bool { return c.Purpose == ref.Need })
	if i < 0 {
		return true, nil
	}
	c := all[i]
	return c.Given && c.RevokedAt == nil && (c.ExpiresAt == nil || d.Now().Before(*c.ExpiresAt)), nil
}

// disclose says who is to be helped; how to reach them only to a partner who has said yes.
func (d Deps) disclose(p *care.Patient, accepted bool) []row {
	who := initials(p)
	if accepted && d.PartnerSees == DiscloseName && p.GivenName != "" {
		who = strings.Fields(p.GivenName)[0]
	}
	rows := []row{{Name: "For", Value: who}}
	if spoken := languageInWords(p.Language); spoken != "" {
		rows = append(rows, row{Name: "Speaks", Value: spoken})
	}
	if !accepted {
		return rows
	}
	number := p.Reach("phone")
	if number == "" {
		number = p.Reach("sms")
	}
	if number == "" {
		return append(rows, row{Name: "How to reach them", Value: "Please call us."})
	}
	return append(rows, row{Name: "How to reach them", Value: number, Link: telephone(number)})
}

// telephone makes a number one that a phone can dial.
func telephone(number string) template.URL {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, number)
	return template.URL("tel:" + url.PathEscape(digits)) //nolint:gosec // digits only
}

func initials(p *care.Patient) string {
	var out []string
	for _, name := range []string{p.GivenName, p.FamilyName} {
		for _, r := range name {
			out = append(out, string(r)+".")
			break
		}
	}
	if len(out) == 0 {
		return "A patient"
	}
	return strings.ToUpper(strings.Join(out, " "))
}
