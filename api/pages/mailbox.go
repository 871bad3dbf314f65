package pages

import (
	"net/http"
	"regexp"
	"time"

	"github.com/gin-gonic/gin"

	"throughline/api/rest"
)

const mailsShown = 50

type mailboxPage struct {
	frame
	Items []mailItem
	Older string // the cursor of the next page
}

type mailItem struct{ Key, At, To, Subject string }

func (d Deps) mailbox(c *gin.Context) {
	found, err := d.Mailbox.List(c.Request.Context(), mailsShown, c.Query("cursor"))
	if err != nil {
		rest.Write(c.Writer, rest.ProblemOf(c.Request.Context(), err))
		return
	}
	page := mailboxPage{frame: d.frame("Mailbox"), Older: found.Next}
	for _, m := range found.Items {
		page.Items = append(page.Items, mailItem{Key: m.Key, At: d.short(m.At), To: m.To.Address, Subject: m.Subject})
	}
	show(c, http.StatusOK, "mailbox.html", page)
}

type mailPage struct {
	frame
	Subject, From, To, At string
	Text                  []piece
}

// piece is a part of a mail's text: an address to follow, or words.
type piece struct{ Words, Address string }

func (d Deps) mail(c *gin.Context) {
	m, err := d.Mailbox.Get(c.Request.Context(), c.Param("key"))
	if err != nil {
		rest.Write(c.Writer, rest.ProblemOf(c.Request.Context(), err))
		return
	}
	show(c, http.StatusOK, "mail.html", mailPage{
		frame: d.frame("Mail"), Subject: m.Subject, From: m.From.Address, To: m.To.Address, At: d.short(m.At), Text: pieces(m.Text),
	})
}

var address = regexp.MustCompile(`https?://[^\s<>"]+[^\s<>".,;:!?)]`)

// pieces finds the addresses in a text.
func pieces(text string) []piece {
	var out []piece
	for at := address.FindStringIndex(text); at != nil; at = address.FindStringIndex(text) {
		out = append(out, piece{Words: text[:at[0]]}, piece{Address: text[at[0]:at[1]]})
		text = text[at[1]:]
	}
	return append(out, piece{Words: text})
}

func (d Deps) short(at time.Time) string { return at.In(d.Zone).Format("2006-01-02 15:04 MST") }
