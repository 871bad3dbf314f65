package pages

import (
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"throughline/api/pages/sheet"
	"throughline/api/rest"
)

// patientPage is what a patient sees. It names the organization and nobody else: whoever holds the
// telephone may read it.
type patientPage struct {
	frame
	Words                   patientWords
	Others                  []languageLink // the page in other languages
	Notice, Problem         string
	Heading                 string
	Done                    bool // the answers are in
	Paragraphs              []string
	Sheet                   *sheet.Sheet // nil: there is nothing to answer
	Action                  string
	FormLanguage            string // of the questions, where it is not the page's
	Due                     string
	Organization, Phone     string
	Call                    template.URL
	Emergency               string
	ShownName, SubmitButton string
}

type languageLink struct{ Tag, Name, Address string }

func (d Deps) patientPage(c *gin.Context, q questioned) patientPage {
	w := wordsFor(q.language)
	page := patientPage{
		frame: frame{Title: w.Title, Language: spokenBy(q.language)}, Words: w, Organization: d.Organization, Phone: d.Phone,
		Emergency: d.Emergency.In(q.language), ShownName: sheet.Shown, SubmitButton: w.Send,
	}
	if d.Phone != "" && strings.ContainsAny(d.Phone, "0123456789") {
		page.Call = telephone(d.Phone)
	}
	if q.definition == nil {
		return page
	}
	if said := q.definition.EmergencyIn(q.language); said != "" {
		page.Emergency = said
	}
	if !slices.Contains(Languages, primaryOf(q.language)) {
		page.FormLanguage = q.language
	}
	if q.questions.Form != nil {
		page.Others = otherLanguages(c, q)
	}
	return page
}

// otherLanguages leads to the page in the languages that it is not shown in.
func otherLanguages(c *gin.Context, q questioned) []languageLink {
	var all []languageLink
	for _, l := range q.languages() {
		if name := ownName[primaryOf(l)]; l != q.language && name != "" {
			said := ""
			if s := c.Query("said"); patientNotices(wordsFor(l), s) != "" {
				said = "&said=" + s
			}
			all = append(all, languageLink{Tag: l, Name: name, Address: "?lang=" + l + said})
		}
	}
	return all
}

// showSheet shows the questions, with what was typed and what is wrong with it.
func (d Deps) showSheet(c *gin.Context, status int, q questioned, s sheet.Sheet, notice string) {
	page := d.patientPage(c, q)
	w := page.Words
	own := q.questions.Form.In(q.language)
	page.Sheet, page.Problem, page.Action = &s, notice, "?lang="+q.language
	page.Heading = own.Title
	if own.Title == "" {
		page.Heading = w.Title
	}
	page.Paragraphs = []string{own.Intro}
	if own.Intro == "" {
		page.Paragraphs[0] = w.Asks(d.Organization)
	}
	if q.questions.Due != nil {
		page.Due = w.when(*q.questions.Due, q.zone)
	}
	if len(s.Faulty()) > 0 || notice != "" {
		page.Title = w.Error + ": " + page.Title
	}
	show(c, status, "patient.html", page)
}

// notAsked says plainly that there is nothing to answer, and why.
func (d Deps) notAsked(c *gin.Context, q questioned, err error) {
	page := d.patientPage(c, q)
	w := page.Words
	status := http.StatusGone
	switch {
	case errors.Is(err, errAnswered):
		status, page.Done = http.StatusOK, true
		page.Heading, page.Paragraphs = d.thanked(c, q, w)
	case errors.Is(err, errUnknownLink):
		status = http.StatusNotFound
		page.Heading, page.Paragraphs = w.Unknown, []string{w.UnknownLead}
	case errors.Is(err, errExpired):
		page.Heading, page.Paragraphs = w.Expired, []string{w.ExpiredLead}
	case errors.Is(err, errOver):
		page.Heading, page.Paragraphs = w.Over, []string{w.OverLead}
	default:
		rest.From(c.Request.Context()).Failure = err
		status = http.StatusServiceUnavailable
		page.Heading, page.Paragraphs = w.Later, []string{w.LaterLead}
	}
	show(c, status, "patient.html", page)
}

// thanked says what happens with the answers. It does not repeat them.
func (d Deps) thanked(c *gin.Context, q questioned, w patientWords) (heading string, paragraphs []string) {
	heading = w.Have
	switch said := c.Query("said"); said {
	case "thanks":
		heading = w.Thanks
	case "again", "late":
		paragraphs = append(paragraphs, patientNotices(w, said))
	}
	return heading, append(paragraphs, next(q, w), w.Change)
}

// next is what happens now: what the form says, else what is always so.
func next(q questioned, w patientWords) string {
	if own := q.questions.Form.In(q.language); own.Thanks != "" {
		return own.Thanks
	}
	return w.Next
}

// patientNotices are what a patient is told after answers that changed nothing.
func patientNotices(w patientWords, said string) string {
	switch said {
	case "thanks":
		return w.Thanks
	case "again", "late":
		return w.Again
	}
	return ""
}

// spokenBy is the language of the page's own words.
func spokenBy(language string) string {
	if slices.Contains(Languages, primaryOf(language)) {
		return primaryOf(language)
	}
	return english
}

func primaryOf(language string) string {
	head, _, _ := strings.Cut(language, "-")
	return strings.ToLower(head)
}

var ownName = map[string]string{"en": "English", "es": "Español"}
