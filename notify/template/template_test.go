package template_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"throughline/care"
	"throughline/notify"
	"throughline/notify/template"
)

func words(subject, text string) template.Template {
	return template.Template{Subject: subject, Text: text, LinkLabel: "Open", Fields: template.StandardFields()}
}

func TestRender(t *testing.T) {
	got, err := template.Render(
		words("Your visit with {{.organization.name}}", "Your visit is {{.visit.start}}{{if .visit.place}} at {{.visit.place}}{{else}} by phone{{end}}.\n\n\n\nBring:\n- this letter"),
		template.Input{
			Data: map[string]string{"organization.name": "Öland Clinic", "visit.start": "Monday 2 March, 9:30", "visit.place": ""},
			Link: "https://clinic.example/p/abc?x=1&y=2", LinkLabel: "Change the visit", Language: "en-US",
			Organization: "Öland Clinic", Footer: "You get this because you asked us to remind you.",
		})
	if err != nil {
		t.Fatal(err)
	}
	want := "Your visit is Monday 2 March, 9:30 by phone.\n\nBring:\n- this letter\n\n" +
		"Change the visit:\nhttps://clinic.example/p/abc?x=1&y=2\n\n" +
		"-- \nÖland Clinic\nYou get this because you asked us to remind you.\n"
	if diff := cmp.Diff(want, got.Text); diff != "" {
		t.Error(diff)
	}
	if got.Subject != "Your visit with Öland Clinic" {
		t.Errorf("the subject is %q", got.Subject)
	}
	page := parse(t, got.HTML)
	if page.lang != "en-US" || page.dir != "ltr" || page.title != got.Subject {
		t.Errorf("the page is %+v", page)
	}
	if diff := cmp.Diff([]string{"https://clinic.example/p/abc?x=1&y=2", "https://clinic.example/p/abc?x=1&y=2"}, page.links); diff != "" {
		t.Error(diff)
	}
	for _, line := range []string{
		"Your visit is Monday 2 March, 9:30 by phone.", "Bring:", "- this letter", "Change the visit", "Öland Clinic",
		"You get this because you asked us to remind you.",
	} {
		if !strings.Contains(page.text, line) {
			t.Errorf("the HTML lacks %q", line)
		}
	}
}

// page is what matters of a rendered page.
type page struct {
	lang, dir, title, text string
	links                  []string
	elements               int
}

func parse(t interface{ Fatal(args ...any) }, source string) page {
	root, err := html.Parse(strings.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	var p page
	for n := range root.Descendants() {
		switch {
		case n.Type == html.ElementNode:
			p.elements++
			p.element(n)
		case n.Type == html.TextNode && n.Parent.Data == "title":
			p.title = n.Data
		case n.Type == html.TextNode && n.Parent.Data != "style":
			p.text += n.Data
		}
	}
	return p
}

func (p *page) element(n *html.Node) {
	for _, a := range n.Attr {
		switch n.Data + " " + a.Key {
		case "html lang":
			p.lang = a.Val
		case "html dir":
			p.dir = a.Val
		case "a href":
			p.links = append(p.links, a.Val)
		}
	}
}

// TestValuesStayText: whatever a value holds, the page's structure is the same, and the words arrive.
func TestValuesStayText(t *testing.T) {
	tpl := words("Hello", "For {{.recipient.name}}.")
	render := func(t *rapid.T, value string) template.Rendered {
		got, err := template.Render(tpl, template.Input{Data: map[string]string{"recipient.name": value}, Language: "en"})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	rapid.Check(t, func(t *rapid.T) {
		value := strings.Join(strings.Fields(rapid.OneOf(
			rapid.StringMatching(`[ -~äñ漢🙂]{1,40}`),
			rapid.SampledFrom([]string{"<script>alert(1)</script>", `"><img src=x onerror=a()>`, "</table></body>", "{{.due}}", "&amp;", "<!--"}),
		).Draw(t, "value")), " ")
		if value == "" {
			t.Skip("nothing but blanks")
		}
		plain, got := render(t, "Ana"), render(t, value)
		a, b := parse(t, plain.HTML), parse(t, got.HTML)
		if a.elements != b.elements || len(b.links) != len(a.links) {
			t.Fatalf("%d elements became %d", a.elements, b.elements)
		}
		if !strings.Contains(b.text, "For "+value+".") || got.Text != "For "+value+".\n" {
			t.Fatalf("the value was changed: %q", got.Text)
		}
	})
}

func TestRenderRefuses(t *testing.T) {
	full := map[string]string{"due": "today", "visit.place": "", "recipient.name": "Ana\nBcc: eve@example.org", "need": "a\x00b"}
	for name, test := range map[string]struct {
		tpl  template.Template
		in   template.Input
		says string
	}{
		"a missing value":            {words("A", "{{.visit.start}}"), template.Input{Data: full}, `"visit.start" is missing`},
		"a missing value in an if":   {words("A", "a{{if .visit.start}}b{{end}}"), template.Input{Data: full}, `"visit.start" is missing`},
		"an empty value":             {words("A", "{{.visit.place}}"), template.Input{Data: full}, `"visit.place" is empty`},
		"a value that isn't offered": {words("A", "{{.mrn}}"), template.Input{Data: map[string]string{"mrn": "1"}}, `"mrn" is not one`},
		"a line break in a subject":  {words("{{.recipient.name}}", "a"), template.Input{Data: full}, "line break"},
		"control characters":         {words("A", "{{.need}}"), template.Input{Data: full}, "not text"},
		"an empty text":              {words("A", "{{if .visit.place}}a{{end}}"), template.Input{Data: full}, "empty"},
		"a link that runs script":    {words("A", "a"), template.Input{Link: "javascript:alert(1)"}, "http"},
		"a link to nowhere":          {words("A", "a"), template.Input{Link: "https:///p"}, "http"},
		"a link without a label":     {template.Template{Subject: "A", Text: "a"}, template.Input{Link: "https://a.example"}, "label"},
		"a function":                 {words("A", "{{printf .due}}"), template.Input{Data: full}, "not the name of a value"},
		"a pipe":                     {words("A", "{{.due | html}}"), template.Input{Data: full}, "not the name of a value"},
		"a variable":                 {words("A", "{{$x := .due}}"), template.Input{Data: full}, "not the name of a value"},
		"the whole data":             {words("A", "{{.}}"), template.Input{Data: full}, "not the name of a value"},
		"a loop":                     {words("A", "{{range .due}}a{{end}}"), template.Input{Data: full}, "are allowed"},
		"a with":                     {words("A", "{{with .due}}a{{end}}"), template.Input{Data: full}, "are allowed"},
		"words within words":         {words("A", `a{{define "x"}}b{{end}}`), template.Input{Data: full}, "within"},
		"broken braces":              {words("A", "a {{.due"), template.Input{Data: full}, "braces"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := template.Render(test.tpl, test.in)
			if care.CodeOf(err) != care.Invalid {
				t.Fatalf("got %+v, %v", got, err)
			}
			if !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "eve") {
				t.Errorf("it says %q", err)
			}
		})
	}
}

func TestLanguages(t *testing.T) {
	for language, want := range map[string]struct{ dir, says string }{
		"es-MX": {"ltr", "Si el botón no funciona"},
		"en":    {"ltr", "If the button doesn't work"},
		"ar":    {"rtl", ""},
	} {
		got, err := template.Render(words("A", "b"), template.Input{Link: "https://a.example/", Language: language})
		if err != nil {
			t.Fatal(err)
		}
		p := parse(t, got.HTML)
		if p.dir != want.dir || p.lang != language || !strings.Contains(p.text, want.says) {
			t.Errorf("%s: %+v", language, p)
		}
	}
}

func TestLint(t *testing.T) {
	type found struct {
		Part  string
		Line  int
		Field string
		Rule  template.Rule
	}
	everything := []template.Class{
		template.Organization, template.Link, template.Deadline, template.Recipient, template.Schedule, template.Need,
		template.Demographic, template.Clinical, template.Restricted,
	}
	for name, test := range map[string]struct {
		tpl     template.Template
		channel string
		allowed []template.Class
		want    []found
	}{
		"fine": {words("From {{.organization.name}}", "Due {{.due}}."), "email", template.DefaultAllowed("email"), nil},
		"a patient's name in a subject, whatever is allowed": {
			words("{{.patient.name}}", "a"), "email", everything,
			[]found{{"subject", 1, "patient.name", template.RuleSubject}},
		},
		"the recipient's name in a subject": {
			words("Hello {{.recipient.name}}", "a"), "inapp", everything,
			[]found{{"subject", 1, "recipient.name", template.RuleSubject}},
		},
		"a pathway's name in a mail": {
			words("A", "Hello.\n\n{{if .due}}For {{.pathway.title}}{{end}}"), "email", template.DefaultAllowed("email"),
			[]found{{"text", 3, "pathway.title", template.RuleChannel}},
		},
		"even asking whether there is one": {
			words("A", "{{if .need}}Call us.{{else}}Hello.{{end}}"), "email", template.DefaultAllowed("email"),
			[]found{{"text", 1, "need", template.RuleChannel}},
		},
		"an appointment where it is allowed": {
			words("A", "{{.visit.start}}"), "email", append(template.DefaultAllowed("email"), template.Schedule), nil,
		},
		"an unknown value": {words("A", "\n{{.mrn}}"), "email", everything, []found{{"text", 2, "mrn", template.RuleUnknown}}},
		"no dot":           {words("A", "a\n{{visit.start}}"), "email", everything, []found{{"text", 2, "", template.RuleSyntax}}},
		"broken braces":    {words("A", "a\nb\n{{.due"), "email", everything, []found{{"text", 3, "", template.RuleSyntax}}},
		"nothing said": {words(" ", "\n"), "email", everything, []found{
			{"subject", 1, "", template.RuleEmpty}, {"text", 1, "", template.RuleEmpty},
		}},
		"a subject of two lines": {words("a\nb", "a"), "email", everything, []found{{"subject", 1, "", template.RuleLineBreak}}},
		"a long subject":         {words(strings.Repeat("é", 121), "a"), "email", everything, []found{{"subject", 1, "", template.RuleLength}}},
		"a long SMS":             {words("", strings.Repeat("é", 161)), "sms", everything, []found{{"text", 1, "", template.RuleLength}}},
		"an SMS with long names": {words("", strings.Repeat("é", 150)+"{{.organization.phone}}"), "sms", everything, nil},
		"a deadline in an SMS":   {words("", "{{.due}}"), "sms", template.DefaultAllowed("sms"), []found{{"text", 1, "due", template.RuleChannel}}},
		"a label with a fact": {
			template.Template{Subject: "A", Text: "a", LinkLabel: "See {{.patient.name}}", Fields: template.StandardFields()}, "email",
			template.DefaultAllowed("email"), []found{{"link_label", 1, "patient.name", template.RuleChannel}},
		},
		"all at once, in order": {
			words("{{.need}}", "{{.mrn}}\n{{.patient.name}}"), "email", template.DefaultAllowed("email"),
			[]found{
				{"subject", 1, "need", template.RuleSubject}, {"text", 1, "mrn", template.RuleUnknown},
				{"text", 2, "patient.name", template.RuleChannel},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []found
			for _, p := range template.Lint(test.tpl, test.channel, test.allowed) {
				got = append(got, found{p.Part, p.Line, p.Field, p.Rule})
				if p.Message == "" || !strings.HasPrefix(p.String(), p.Part) {
					t.Errorf("the problem says %q", p)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDefaultsKeepPatientsOutOfMail(t *testing.T) {
	for _, channel := range []string{"email", "mailbox", "sms", "a channel to come"} {
		for _, class := range template.DefaultAllowed(channel) {
			if !slices.Contains([]template.Class{template.Organization, template.Link, template.Deadline}, class) {
				t.Errorf("%s carries %s", channel, class)
			}
		}
	}
	if slices.Contains(template.DefaultAllowed("inapp"), template.Restricted) {
		t.Error("restricted facts go into the app by default")
	}
}

// TestBuiltins: each may go by mail as installations come, and renders with and without a deadline to a message
// that channels take.
func TestBuiltins(t *testing.T) {
	for name, languages := range template.Builtins() {
		for _, language := range languages {
			t.Run(name+" "+language, func(t *testing.T) {
				tpl, known := template.Builtin(name, language)
				if !known {
					t.Fatal("it isn't there")
				}
				if problems := template.Lint(tpl, "email", template.DefaultAllowed("email")); len(problems) != 0 {
					t.Errorf("it may not go: %v", problems)
				}
				for _, due := range []string{"", "Mon 2 Mar 2026, 17:00"} {
					got, err := template.Render(tpl, template.Input{
						Data: map[string]string{"organization.name": "Clinic", "organization.phone": "555 0100", "emergency": "Call 911.", "link": due, "due": due},
						Link: "https://clinic.example/r/x", Language: language,
					})
					if err != nil {
						t.Fatal(err)
					}
					m := notify.Message{ID: "m-1", Subject: got.Subject, Text: got.Text, HTML: got.HTML, Language: language}
					if err := m.Check(); err != nil {
						t.Error(err)
					}
					if !strings.Contains(got.Text, due) || !strings.Contains(got.HTML, due) {
						t.Error("the deadline is missing")
					}
				}
			})
		}
	}
}

func TestBuiltinFallsBackToEnglish(t *testing.T) {
	english, _ := template.Builtin("staff.reminder", "en")
	for language, want := range map[string]bool{"en-GB": true, "": true, "vi": true, "es-MX": false} {
		got, known := template.Builtin("staff.reminder", language)
		if !known || (got.Text == english.Text) != want {
			t.Errorf("%q gives %q", language, got.Text)
		}
	}
	if _, known := template.Builtin("staff.lunch", "en"); known {
		t.Error("there is a built-in nobody made")
	}
	names := slices.Sorted(maps.Keys(template.Builtins()))
	if diff := cmp.Diff([]string{"partner.referral", "patient.questionnaire", "staff.escalation", "staff.reminder", "staff.warning"}, names); diff != "" {
		t.Error(diff)
	}
}
