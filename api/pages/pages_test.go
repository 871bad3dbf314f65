package pages_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"throughline/api/apitest"
	"throughline/api/pages"
	"throughline/notify"
)

func signIn(t *testing.T, s *apitest.Server, token, next string, header ...string) *apitest.Answer {
	t.Helper()
	form := url.Values{"token": {token}, "next": {next}}.Encode()
	return s.Stranger(http.MethodPost, "/sign-in", form, append([]string{"Content-Type", "application/x-www-form-urlencoded"}, header...)...)
}

func TestABrowserSignsInAndOut(t *testing.T) {
	s := apitest.New(t)
	page := s.Stranger(http.MethodGet, "/mailbox?cursor=", nil, "Accept", "text/html").Is(http.StatusUnauthorized)
	contains(t, page, "Sign in", `value="/mailbox?cursor="`)
	contains(t, signIn(t, s, "wrong", "/").Is(http.StatusUnauthorized), "This is not the administrator's token.")
	in := signIn(t, s, apitest.Token+"\n", "/mailbox").Is(http.StatusSeeOther)
	if in.Header.Get("Location") != "/mailbox" {
		t.Errorf("sent to %s", in.Header.Get("Location"))
	}
	cookie := in.Header.Get("Set-Cookie")
	if !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Strict") || strings.Contains(cookie, apitest.Token) {
		t.Errorf("%s", cookie)
	}
	session, _, _ := strings.Cut(cookie, ";")
	contains(t, s.Stranger(http.MethodGet, "/", nil, "Cookie", session).Is(http.StatusOK), "Nothing falls through", "PostgreSQL", "embedded")
	s.Stranger(http.MethodGet, "/api/v1/tasks", nil, "Cookie", session).Is(http.StatusOK)
	out := s.Stranger(http.MethodPost, "/sign-out", nil, "Cookie", session).Is(http.StatusSeeOther)
	if !strings.Contains(out.Header.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("%s", out.Header.Get("Set-Cookie"))
	}
	s.Clock.Move(13 * 3600 * 1e9)
	s.Stranger(http.MethodGet, "/", nil, "Cookie", session).Is(http.StatusUnauthorized)
}

func TestNoOtherSiteActsByASession(t *testing.T) {
	s := apitest.New(t)
	session, _, _ := strings.Cut(signIn(t, s, apitest.Token, "/").Header.Get("Set-Cookie"), ";")
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}} {
		s.Stranger(http.MethodPost, "/api/v1/patients", `{"family_name":"A"}`, append(header, "Cookie", session)...).Is(http.StatusForbidden)
		signIn(t, s, apitest.Token, "/", header...).Is(http.StatusForbidden)
		// A program that names itself by the token acts for itself.
		s.Post("/api/v1/patients", map[string]string{"family_name": "A"}, header...).Is(http.StatusCreated)
	}
	s.Stranger(http.MethodPost, "/api/v1/patients", `{"family_name":"A"}`, "Sec-Fetch-Site", "same-origin", "Cookie", session).Is(http.StatusCreated)
}

func TestNobodyIsSentElsewhere(t *testing.T) {
	s := apitest.New(t)
	for _, next := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "javascript:alert(1)", "", "mailbox"} {
		if got := signIn(t, s, apitest.Token, next).Is(http.StatusSeeOther).Header.Get("Location"); got != "/" {
			t.Errorf("%q leads to %q", next, got)
		}
	}
}

func TestTheMailboxShowsMailAndItsLinks(t *testing.T) {
	s := apitest.New(t)
	contains(t, s.Get("/mailbox").Is(http.StatusOK), "No mail yet.")
	err := s.Mail.Put(t.Context(), notify.Message{
		ID: "m1", To: notify.Address{Email: "rides@county.example"}, Subject: "Can you <help>?", Language: "en",
		Text: "Please answer here:\nhttps://care.example/r/abc.\nThank you.",
	})
	if err != nil {
		t.Fatal(err)
	}
	list := s.Get("/mailbox").Is(http.StatusOK)
	contains(t, list, "rides@county.example", "Can you &lt;help&gt;?")
	path := regexp.MustCompile(`href="(/mailbox/[^"]+)"`).FindStringSubmatch(string(list.Body))
	contains(t, s.Get(path[1]).Is(http.StatusOK), `<a href="https://care.example/r/abc" rel="noreferrer">https://care.example/r/abc</a>.`)
	s.Get("/mailbox/none").Is(http.StatusNotFound)
	s.Get("/mailbox?cursor=none").Is(http.StatusUnprocessableEntity)
}

func TestTheDocumentationNamesEveryOperation(t *testing.T) {
	s := apitest.New(t)
	var spec struct {
		Paths map[string]map[string]struct {
			ID string `json:"operationId"` //nolint:tagliatelle // OpenAPI's word
		}
	}
	s.Get("/api/openapi.json").Is(http.StatusOK).Into(&spec)
	page := s.Get("/api/docs").Is(http.StatusOK)
	for path, methods := range spec.Paths {
		for _, op := range methods {
			contains(t, page, `id="`+op.ID+`"`, "<code>"+path+"</code>")
		}
	}
	contains(t, page, `id="problem-conflict"`, "patient_id")
	lacks(t, page, "<script", "unpkg", "http://", "https://")
}

// TestTheStyleIsTheOneThePolicyAllows hashes the style sheet as a browser does.
func TestTheStyleIsTheOneThePolicyAllows(t *testing.T) {
	s := apitest.New(t)
	for _, path := range []string{"/", "/mailbox", "/api/docs", "/sign-in"} {
		page := s.Get(path).Is(http.StatusOK)
		sheet := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindSubmatch(page.Body)
		sum := sha256.Sum256(sheet[1])
		if want := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(page.Header.Get("Content-Security-Policy"), want) {
			t.Errorf("%s: the browser would leave the style out", path)
		}
		if regexp.MustCompile(`\sstyle="|\son[a-z]+="`).Match(page.Body) {
			t.Errorf("%s: a style or a script in an attribute", path)
		}
	}
}

// TestContrast holds the colours to WCAG 2 AA, in light and in dark.
func TestContrast(t *testing.T) {
	pairs := [][2]string{
		{"ink", "paper"}, {"ink", "ground"}, {"soft", "paper"}, {"soft", "ground"}, {"accent", "paper"}, {"accent", "ground"},
		{"on-accent", "accent"}, {"good", "ground"}, {"good", "paper"}, {"bad", "ground"}, {"bad", "paper"}, {"note-ink", "note"},
	}
	for scheme, colours := range pages.Colours() {
		for _, p := range pairs {
			if ratio := contrast(colours[p[0]], colours[p[1]]); ratio < 4.5 {
				t.Errorf("%s on %s (%d): %.2f", p[0], p[1], scheme, ratio)
			}
		}
	}
}
