package pages

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"

	"github.com/gin-gonic/gin"

	"throughline/api/pages/sheet"
)

//go:embed templates/*.html
var files embed.FS

//go:embed templates/style.css
var styleSheet string

var templates = template.Must(template.New("").Funcs(template.FuncMap{"inside": inside}).ParseFS(files, "templates/*.html"))

// asked is a question with the page that it stands on.
type asked struct {
	Page     patientPage
	Question sheet.Question
}

func inside(page patientPage, q sheet.Question) asked { return asked{page, q} }

// policy lets a page use its own style sheet, which stands in it, and nothing else.
var policy = func() string {
	sum := sha256.Sum256([]byte(styleSheet))
	return fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		base64.StdEncoding.EncodeToString(sum[:]))
}()

// frame is what every page has.
type frame struct {
	Title      string
	HasMailbox bool
	Language   string // of the page's own words (BCP 47); empty: English
}

// Lang is the language of the page's own words.
func (f frame) Lang() string {
	if f.Language == "" {
		return english
	}
	return f.Language
}

// Style is the style sheet, which stands in each page: one request shows it, on any phone.
func (frame) Style() template.CSS { return template.CSS(styleSheet) } //nolint:gosec // ours, embedded

// show writes a page. It is rendered whole first, so that a failure is not half a page.
func show(c *gin.Context, status int, name string, page any) {
	var out bytes.Buffer
	if err := templates.ExecuteTemplate(&out, name, page); err != nil {
		_ = c.Error(fmt.Errorf("rendering %s: %w", name, err))
		c.String(http.StatusInternalServerError, "The page cannot be shown.")
		return
	}
	c.Header("Content-Security-Policy", policy)
	c.Data(status, "text/html; charset=utf-8", out.Bytes())
}
