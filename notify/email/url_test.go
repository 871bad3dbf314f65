package email_test

import (
	"fmt"
	"log/slog"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"throughline/care"
	"throughline/notify/email"
)

func TestParseURL(t *testing.T) {
	from := mail.Address{Address: "care@clinic.example"}
	for setting, want := range map[string]email.Config{
		"smtp://mail.example?from=care@clinic.example": {
			Host: "mail.example", Port: 587, TLS: email.TLSMandatory, From: from,
		},
		"smtps://mail.example?from=care@clinic.example": {
			Host: "mail.example", Port: 465, TLS: email.TLSImplicit, From: from,
		},
		"smtp://u%40x:p%2Fw@mail.example:2525/?from=Clinic+<care@clinic.example>&tls=opportunistic&auth=login": {
			Host: "mail.example", Port: 2525, TLS: email.TLSOpportunistic, User: "u@x", Password: "p/w", Auth: "LOGIN",
			From: mail.Address{Name: "Clinic", Address: "care@clinic.example"},
		},
		"smtp://u:p@localhost:1025?from=care@clinic.example&tls=none&timeout=5s&end_timeout=10m&hello=app.example&unsubscribe=mailto:stop@clinic.example&reply_to=desk@clinic.example": {
			Host: "localhost", Port: 1025, TLS: email.TLSNone, User: "u", Password: "p", From: from,
			Timeout: 5 * time.Second, EndTimeout: 10 * time.Minute, Hello: "app.example",
			Unsubscribe: "mailto:stop@clinic.example", ReplyTo: &mail.Address{Address: "desk@clinic.example"},
		},
	} {
		got, err := email.ParseURL(setting)
		if err != nil {
			t.Errorf("%s: %v", setting, err)
			continue
		}
		if want.Timeout == 0 {
			want.Timeout, want.EndTimeout = email.DefaultTimeout, email.DefaultEndTimeout
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(email.Config{}, "Now")); diff != "" {
			t.Errorf("%s: %s", setting, diff)
		}
	}
}

func TestParseURLRefuses(t *testing.T) {
	for name, setting := range map[string]string{
		"nothing":                 "",
		"another scheme":          "http://mail.example?from=care@clinic.example",
		"no host":                 "smtp://?from=care@clinic.example",
		"no sender":               "smtp://mail.example",
		"a sender that is none":   "smtp://mail.example?from=clinic",
		"a policy misspelt":       "smtp://mail.example?from=care@clinic.example&tls=mandatroy",
		"a parameter misspelt":    "smtp://mail.example?from=care@clinic.example&tsl=none",
		"a parameter twice":       "smtp://mail.example?from=care@clinic.example&tls=none&tls=mandatory",
		"smtps without TLS":       "smtps://mail.example?from=care@clinic.example&tls=none",
		"a password in the clear": "smtp://u:hunter2@mail.example?from=care@clinic.example&tls=none",
		"an unknown mechanism":    "smtp://u:hunter2@mail.example?from=care@clinic.example&auth=ntlm",
		"a duration that is none": "smtp://mail.example?from=care@clinic.example&timeout=soon",
		"a path":                  "smtp://mail.example/inbox?from=care@clinic.example",
		"a port that is none":     "smtp://u:hunter2@mail.example:99999?from=care@clinic.example",
		"an unescaped password":   "smtp://u:hunter2/x@mail.example?from=care@clinic.example",
		"no authorities":          "smtp://mail.example?from=care@clinic.example&ca=/nowhere/ca.pem",
		"a script to unsubscribe": "smtp://mail.example?from=care@clinic.example&unsubscribe=javascript:alert(1)",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := email.ParseURL(setting)
			if care.CodeOf(err) != care.Invalid {
				t.Fatalf("got %v", err)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the password stands in %q", err)
			}
		})
	}
}

func TestConfigHidesThePassword(t *testing.T) {
	config, err := email.ParseURL("smtp://u:hunter2@mail.example?from=care@clinic.example")
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("mail", "config", config)
	for _, text := range []string{fmt.Sprint(config), fmt.Sprintf("%+v", config), fmt.Sprintf("%#v", config), log.String()} {
		if strings.Contains(text, "hunter2") || !strings.Contains(text, "mail.example") {
			t.Errorf("got %s", text)
		}
	}
}
