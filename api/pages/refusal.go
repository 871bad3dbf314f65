package pages

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

// Refused answers a partner or a patient, who cannot read a problem document, with a page that
// says to try again. It looks nothing up: it is shown also where nothing may be asked. It tells
// whether the request was one of theirs.
func (d Deps) Refused(c *gin.Context, status int) bool {
	c.Header("Referrer-Policy", "no-referrer") // the address is the key
	switch c.FullPath() {
	case PathPatient:
		d.patientRefused(c, status)
	case PathPartner:
		d.partnerRefused(c, status)
	default:
		return false
	}
	return true
}

func (d Deps) patientRefused(c *gin.Context, status int) {
	page := d.patientPage(c, questioned{language: readIn(c, accepted(c), Languages)})
	w := page.Words
	page.Heading, page.Paragraphs = w.Later, []string{w.LaterLead}
	if status == http.StatusTooManyRequests {
		page.Heading, page.Paragraphs = w.Busy, []string{w.BusyLead}
	}
	show(c, status, "patient.html", page)
}

func (d Deps) partnerRefused(c *gin.Context, status int) {
	page := d.partnerPage()
	page.Heading, page.Lead = "Please try again in a moment", "Something on our side does not answer. Nothing was changed."
	if status == http.StatusTooManyRequests {
		page.Heading, page.Lead = "Please try again in a minute", "More was asked from where you are than we can answer at once. Nothing was changed."
	}
	show(c, status, "partner.html", page)
}

// accepted is the language that the browser asks for first.
func accepted(c *gin.Context) string {
	first, _, _ := strings.Cut(c.GetHeader("Accept-Language"), ",")
	tag, _, _ := strings.Cut(first, ";")
	return strings.TrimSpace(tag)
}
