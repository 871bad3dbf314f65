package pages

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"throughline/api/pages/sheet"
	"throughline/api/rest"
	"throughline/care"
	"throughline/identity"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/store"
)

// questioned is what a patient's link leads to.
type questioned struct {
	link       store.Link
	definition *pathways.Definition
	engine     *engine.Engine
	state      engine.State
	questions  engine.Questions
	zone       *time.Location // where the patient lives
	language   string         // what the page is read in
}

// questions shows what is asked. It changes nothing.
func (d Deps) questions(c *gin.Context) {
	c.Header("Referrer-Policy", "no-referrer") // the address is the key
	q, err := d.questionsOf(c)
	if err != nil {
		d.notAsked(c, q, err)
		return
	}
	d.showSheet(c, http.StatusOK, q, sheet.Blank(q.paper()), "")
}

// answers takes what a patient answers. Sent twice it is harmless; the browser is sent back to the
// page, so that reloading it sends nothing again.
func (d Deps) answers(c *gin.Context) {
	c.Header("Referrer-Policy", "no-referrer")
	q, err := d.questionsOf(c)
	if errors.Is(err, errAnswered) {
		backIn(c, "again")
		return
	}
	if err != nil {
		d.notAsked(c, q, err)
		return
	}
	if err := c.Request.ParseForm(); err != nil {
		d.showSheet(c, http.StatusUnprocessableEntity, q, sheet.Blank(q.paper()), wordsFor(q.language).Unread)
		return
	}
	s := sheet.Read(q.paper(), c.Request.PostForm)
	if !s.Complete() {
		d.showSheet(c, http.StatusUnprocessableEntity, q, s, "")
		return
	}
	d.handIn(c, q, s)
}

// handIn tells the enrollment what the patient answered, as it is told what staff enter.
func (d Deps) handIn(c *gin.Context, q questioned, s sheet.Sheet) {
	ctx := c.Request.Context()
	err := d.Commands.Send(ctx, q.link.EnrollmentID, engine.Event{
		ID: answersID(q, s.Answers), Kind: engine.QuestionsAnswered, Step: q.questions.Step, Occurrence: q.questions.Occurrence,
		Answers: s.Answers, Reason: "by the patient, with the link in a message", Actor: care.Actor{Kind: care.Subject, ID: q.link.ID},
	})
	switch care.CodeOf(err) {
	case "":
	case care.Conflict, care.NotFound:
		backIn(c, "late") // the page tells how it stands now
		return
	case care.Invalid:
		d.refused(c, q, s, err)
		return
	default:
		rest.From(ctx).Failure = err
		d.showSheet(c, http.StatusServiceUnavailable, q, s, wordsFor(q.language).NotKept)
		return
	}
	if err := d.Store.MarkLinkUsed(ctx, q.link.ID); err != nil {
		rest.From(ctx).Failure = err // the answers are kept; that the link was used is a note only
	}
	backIn(c, "thanks")
}

// refused shows what the engine would not take, at the question where it is one's.
func (d Deps) refused(c *gin.Context, q questioned, s sheet.Sheet, err error) {
	notice := wordsFor(q.language).NotTaken
	var e *care.Error
	if errors.As(err, &e) && s.Blame(strings.TrimPrefix(e.Field, "answers."), notice) {
		notice = ""
	}
	d.showSheet(c, http.StatusUnprocessableEntity, q, s, notice)
}

// answersID makes a double tap one answer. Other answers are another event, which the engine refuses.
func answersID(q questioned, answers []care.FactValue) string {
	parts := []string{"answers", q.link.ID, strconv.Itoa(q.questions.Occurrence)}
	for _, a := range answers {
		parts = append(parts, a.Name, inOneWord(a.Value))
	}
	return care.KeyID(parts...)
}

func inOneWord(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case bool:
		return strconv.FormatBool(x)
	case int64:
		return strconv.FormatInt(x, 10)
	case float64:
		return strconv.FormatFloat(x, 'g', -1, 64)
	case []any:
		all := make([]string, len(x))
		for i, one := range x {
			all[i] = inOneWord(one)
		}
		return strings.Join(all, "\x1f")
	}
	return ""
}

// What keeps questions from being asked, beside what keeps a link from opening.
var (
	errAnswered = errors.New("the questions are answered")
	errOver     = errors.New("the questions are no longer asked")
)

// questionsOf follows the request's token to the questions. With errAnswered, errOver and errExpired
// they are given too.
func (d Deps) questionsOf(c *gin.Context) (questioned, error) {
	ctx := c.Request.Context()
	q := questioned{language: english}
	signed, err := d.Links.Verify(c.Param("token"), identity.PurposeAnswers)
	if errors.Is(err, identity.ErrBadLink) {
		return q, errUnknownLink
	}
	expired := err != nil
	if q.link, err = d.Store.LinkByID(ctx, signed.ID); err != nil {
		if care.CodeOf(err) == care.NotFound {
			return q, errUnknownLink
		}
		return q, err
	}
	q.language = readIn(c, q.link.Language, Languages)
	switch {
	case q.link.RevokedAt != nil:
		return q, errOver
	case expired || !q.link.Works(d.Now()):
		return q, errExpired
	}
	if err := d.follow(ctx, &q); err != nil {
		return q, err
	}
	q.language = readIn(c, q.link.Language, q.languages())
	switch {
	case q.questions.Refused == nil:
		return q, nil
	case q.questions.Answered:
		return q, errAnswered
	}
	return q, errOver
}

// follow reads the enrollment that a link leads to, and how its questions stand.
func (d Deps) follow(ctx context.Context, q *questioned) error {
	var err error
	if q.definition, q.state, err = d.Store.Followed(ctx, q.link.EnrollmentID); err != nil {
		return err
	}
	if q.definition == nil {
		return care.Errorf(care.Unavailable, "the version that the enrollment follows is not kept")
	}
	if q.engine, err = engine.For(q.definition); err != nil {
		return err
	}
	if q.zone, err = time.LoadLocation(q.state.Zone); err != nil {
		q.zone = d.Zone
	}
	step, occurrence := q.state.NameNow(q.link.Step, q.link.Occurrence, q.link.CreatedAt)
	q.questions, err = q.engine.Questions(q.state, step, occurrence)
	if care.CodeOf(err) == care.NotFound {
		return errOver // moved to a version that no longer asks
	}
	return err
}

func (q questioned) paper() sheet.Paper {
	return sheet.Paper{
		Form: q.questions.Form, Language: q.language, Zone: q.zone,
		Asks: func(f pathways.Field, before []care.FactValue) bool { return q.engine.Asks(q.state, f, before) },
	}
}

// languages are those that the page can be read in: what it says itself, and the form's first.
func (q questioned) languages() []string {
	var all []string
	for _, l := range Languages {
		if q.definition.SpeaksForm(q.questions.Form, l) {
			all = append(all, l)
		}
	}
	if first := q.definition.FirstLanguage(); !slices.Contains(all, primaryOf(first)) {
		all = append(all, first)
	}
	return all
}

// readIn picks the language to read in: the one asked for, else the message's, else the first there is.
func readIn(c *gin.Context, message string, offered []string) string {
	for _, wanted := range []string{c.Query("lang"), message} {
		for _, l := range offered {
			if wanted != "" && primaryOf(l) == primaryOf(wanted) {
				return l
			}
		}
	}
	return offered[0]
}

// backIn sends the browser to the page, in the language that was read.
func backIn(c *gin.Context, said string) {
	address := c.Request.URL.Path + "?said=" + said
	if lang := c.Query("lang"); slices.Contains(Languages, lang) {
		address += "&lang=" + lang
	}
	c.Redirect(http.StatusSeeOther, address)
}
