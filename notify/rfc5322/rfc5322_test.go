package rfc5322_test

import (
	"bytes"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/care"
	"throughline/notify"
	"throughline/notify/rfc5322"
)

var sentAt = time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)

func options() rfc5322.Options {
	return rfc5322.Options{From: mail.Address{Name: "Clinic of Öland", Address: "care@clinic.example"}, Date: sentAt}
}

func message() notify.Message {
	return notify.Message{
		ID: "m-1", To: notify.Address{Name: "Ana Núñez", Email: "ana@example.org"},
		Subject: "Your visit", Text: "See you soon.", HTML: "<p>See you soon.</p>", Language: "en",
	}
}

// TestRoundTrip: whatever people write arrives as they wrote it, and no line is longer than a mail
// server must accept.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := message()
		m.Subject = strings.Join(strings.Fields(rapid.StringMatching(`[ -~äñ漢🙂]{0,90}`).Draw(t, "subject")), " ")
		m.To.Name = strings.TrimSpace(rapid.StringMatching(`[ -~äñ漢]{0,40}`).Draw(t, "name"))
		m.Text = "x" + rapid.StringMatching(`([ -~äñ漢🙂\n\t.]{0,200}|a{1000})`).Draw(t, "text")
		m.HTML = rapid.SampledFrom([]string{"", "<p>" + m.Text + "</p>"}).Draw(t, "html")

		octets, err := rfc5322.Compose(m, options())
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(string(octets), "\r\n") {
			if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
				t.Fatalf("a line of %d octets, or with a bare CR or LF", len(line))
			}
		}
		got, err := rfc5322.Parse(bytes.NewReader(octets))
		if err != nil {
			t.Fatal(err)
		}
		want := rfc5322.Mail{
			Header: rfc5322.Header{
				MessageID: "m-1@clinic.example", From: options().From, Subject: m.Subject, Date: sentAt, Language: "en",
				To: mail.Address{Name: strings.ReplaceAll(m.To.Name, `\`, ""), Address: m.To.Email},
			},
			Text: m.Text, HTML: m.HTML,
		}
		got.Fields, got.Date = nil, got.Date.UTC()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestComposeMarksTheMailAsAutomatic(t *testing.T) {
	o := options()
	o.Unsubscribe = "https://clinic.example/stop"
	octets, err := rfc5322.Compose(message(), o)
	if err != nil {
		t.Fatal(err)
	}
	got, err := rfc5322.Parse(bytes.NewReader(octets))
	if err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]string{
		"Auto-Submitted":           "auto-generated",
		"X-Auto-Response-Suppress": "All",
		"Content-Language":         "en",
		"List-Unsubscribe":         "<https://clinic.example/stop>",
		"User-Agent":               "",
	} {
		if got := got.Fields.Get(field); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
}

func TestComposeLetsTheMessageChooseItsUnsubscribe(t *testing.T) {
	o, m := options(), message()
	o.Unsubscribe = "https://clinic.example/stop"
	m.Headers = map[string]string{"list-unsubscribe": "<https://clinic.example/stop/one>", "X-Kind": "reminder"}
	octets, err := rfc5322.Compose(m, o)
	if err != nil {
		t.Fatal(err)
	}
	got, err := rfc5322.Parse(bytes.NewReader(octets))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"<https://clinic.example/stop/one>"}
	if diff := cmp.Diff(want, got.Fields["List-Unsubscribe"]); diff != "" {
		t.Error(diff)
	}
	if got.Fields.Get("X-Kind") != "reminder" {
		t.Error("the message's own field is missing")
	}
}

func TestComposeRefuses(t *testing.T) {
	for name, change := range map[string]func(*notify.Message){
		"no id":                     func(m *notify.Message) { m.ID = "" },
		"no text":                   func(m *notify.Message) { m.Text = " \n" },
		"no address":                func(m *notify.Message) { m.To.Email = "" },
		"an address list":           func(m *notify.Message) { m.To.Email = "a@example.org, b@example.org" },
		"a name in the address":     func(m *notify.Message) { m.To.Email = "Ana <ana@example.org>" },
		"a line break in address":   func(m *notify.Message) { m.To.Email = "ana@example.org\r\nBcc: eve@example.org" },
		"a line break in subject":   func(m *notify.Message) { m.Subject = "Hi\r\nBcc: eve@example.org" },
		"a bare LF in subject":      func(m *notify.Message) { m.Subject = "Hi\nBcc: eve@example.org" },
		"a Unicode line separator":  func(m *notify.Message) { m.Subject = "Hi\u2028Bcc: eve@example.org" },
		"a line break in name":      func(m *notify.Message) { m.To.Name = "Ana\r\nBcc: eve@example.org" },
		"a line break in a header":  func(m *notify.Message) { m.Headers = map[string]string{"X-Kind": "a\r\nBcc: eve@example.org"} },
		"a line break in language":  func(m *notify.Message) { m.Language = "en\r\nBcc: eve@example.org" },
		"a recipient by header":     func(m *notify.Message) { m.Headers = map[string]string{"bcc": "eve@example.org"} },
		"an encoding by header":     func(m *notify.Message) { m.Headers = map[string]string{"Content-Type": "text/html"} },
		"a header's name":           func(m *notify.Message) { m.Headers = map[string]string{"X Kind: a": "b"} },
		"a NUL in the text":         func(m *notify.Message) { m.Text = "a\x00b" },
		"text that isn't UTF-8":     func(m *notify.Message) { m.Text = "a\xff" },
		"an address by IP number":   func(m *notify.Message) { m.To.Email = "ana@[192.0.2.1]" },
		"too long a local part":     func(m *notify.Message) { m.To.Email = strings.Repeat("a", 65) + "@example.org" },
		"a domain that can't exist": func(m *notify.Message) { m.To.Email = "ana@-.example" },
	} {
		t.Run(name, func(t *testing.T) {
			m := message()
			change(&m)
			_, err := rfc5322.Compose(m, options())
			if care.CodeOf(err) != care.Invalid {
				t.Fatalf("got %v, want a refusal", err)
			}
			if strings.Contains(err.Error(), "ana") || strings.Contains(err.Error(), "eve") {
				t.Errorf("the refusal quotes an address: %v", err)
			}
		})
	}
}

func TestParseMailbox(t *testing.T) {
	for address, want := range map[string]rfc5322.Mailbox{
		"ana@example.org":    {Address: "ana@example.org"},
		"ana@bücher.example": {Address: "ana@xn--bcher-kva.example"},
		"jürgen@example.org": {Address: "jürgen@example.org", NeedsUTF8: true},
	} {
		got, err := rfc5322.ParseMailbox(address)
		if err != nil {
			t.Fatalf("%s: %v", address, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestParseRefusesWhatIsNoMail(t *testing.T) {
	for _, text := range []string{"", "no header", "Subject: a\r\n\r\nb"} {
		if _, err := rfc5322.Parse(strings.NewReader(text)); err == nil {
			t.Errorf("%q was read as a mail", text)
		}
	}
}
