package email_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"throughline/care"
	"throughline/notify"
	"throughline/notify/email"
	"throughline/notify/notifytest"
)

// TestMain finds connections that a delivery left open.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func channel(t *testing.T, setting string) *email.Channel {
	t.Helper()
	config, err := email.ParseURL(setting)
	if err != nil {
		t.Fatal(err)
	}
	c, err := email.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func message(id string) notify.Message {
	return notify.Message{
		ID: id, To: notify.Address{Name: "Ana", Email: "ana@example.org"},
		Subject: "A word", Text: "Please call.", HTML: "<p>Please call.</p>", Language: "en",
	}
}

func seen(t *testing.T, s *notifytest.Server) []notifytest.Seen {
	t.Helper()
	var all []notifytest.Seen
	for _, m := range s.Messages() {
		e, err := m.Envelope()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, notifytest.Seen{
			Identity: e.GetHeader("Message-Id"), Subject: e.GetHeader("Subject"),
			Text: lines(e.Text), HTML: lines(e.HTML), Recipients: len(m.To),
		})
	}
	return all
}

// lines undoes the wire's line ends.
func lines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

func TestConforms(t *testing.T) {
	for name, options := range map[string]notifytest.Options{
		"STARTTLS": {}, "TLS": {Security: notifytest.ImplicitTLS}, "plain": {Security: notifytest.Plain, NoAuth: true},
	} {
		t.Run(name, func(t *testing.T) {
			notifytest.Conform(t, func(t *testing.T) notifytest.Rig {
				s := notifytest.NewServer(t, options)
				return notifytest.Rig{
					Channel:             channel(t, s.URL()),
					Arrived:             func() []notifytest.Seen { return seen(t, s) },
					RefuseForGood:       func() { s.FailAt(notifytest.AtRcpt, 550) },
					RefuseForNow:        func() { s.FailAt(notifytest.AtRcpt, 450) },
					LoseReply:           func() { s.FailAt(notifytest.AtEnd, notifytest.Drop) },
					SilentAfterHandover: func() { s.FailAt(notifytest.AtEnd, notifytest.Stall) },
					To:                  notify.Address{Email: "ana@example.org"},
				}
			})
		})
	}
}

// outcome is a result without its time, and what the server has.
type outcome struct {
	status    notify.Status
	permanent bool
	arrived   int
	detail    string
}

func failed(detail string) outcome { return outcome{status: notify.Failed, detail: detail} }
func refused(detail string) outcome {
	return outcome{status: notify.Failed, permanent: true, detail: detail}
}

// TestEveryStep: whatever fails wherever, the result is neither more hopeful nor more hopeless than what
// the server knows.
func TestEveryStep(t *testing.T) {
	const maybe = " at the end of the mail: the server may have taken it"
	for _, test := range []struct {
		step notifytest.Step
		code int
		want outcome
	}{
		{notifytest.AtGreeting, notifytest.Drop, failed("connection lost at the greeting")},
		{notifytest.AtGreeting, notifytest.Stall, failed("no answer in time at the greeting")},
		{notifytest.AtGreeting, 421, failed("refused at the greeting: 421 4.0.0")},
		{notifytest.AtGreeting, 554, failed("refused at the greeting: 554 5.0.0")},
		{notifytest.AtHello, notifytest.Drop, failed("connection lost at EHLO")},
		{notifytest.AtHello, 550, failed("refused at EHLO: 550 5.0.0")},
		{notifytest.AtStartTLS, notifytest.Drop, failed("connection lost at STARTTLS")},
		{notifytest.AtStartTLS, notifytest.Stall, failed("no answer in time at STARTTLS")},
		{notifytest.AtStartTLS, 454, failed("refused at STARTTLS: 454 4.0.0")},
		{notifytest.AtAuth, notifytest.Drop, failed("connection lost at AUTH")},
		{notifytest.AtAuth, 454, failed("refused at AUTH: 454 4.0.0")},
		{notifytest.AtAuth, 535, failed("refused at AUTH: 535 5.0.0")},
		{notifytest.AtMail, notifytest.Drop, failed("connection lost at MAIL")},
		{notifytest.AtMail, 451, failed("refused at MAIL: 451 4.0.0")},
		{notifytest.AtMail, 530, failed("refused at MAIL: 530 5.0.0")},
		{notifytest.AtMail, 553, refused("refused at MAIL: 553 5.0.0")},
		{notifytest.AtRcpt, notifytest.Drop, failed("connection lost at RCPT")},
		{notifytest.AtRcpt, notifytest.Stall, failed("no answer in time at RCPT")},
		{notifytest.AtRcpt, 450, failed("refused at RCPT: 450 4.0.0")},
		{notifytest.AtRcpt, 550, refused("refused at RCPT: 550 5.0.0")},
		{notifytest.AtData, notifytest.Drop, failed("connection lost at DATA")},
		{notifytest.AtData, 421, failed("refused at DATA: 421 4.0.0")},
		{notifytest.AtData, 554, refused("refused at DATA: 554 5.0.0")},
		{notifytest.AtEnd, 421, failed("refused at the end of the mail: 421 4.0.0")},
		{notifytest.AtEnd, 452, failed("refused at the end of the mail: 452 4.0.0")},
		{notifytest.AtEnd, 554, refused("refused at the end of the mail: 554 5.0.0")},
		{notifytest.AtEnd, notifytest.Drop, outcome{notify.Unknown, false, 1, "connection lost" + maybe}},
		{notifytest.AtEnd, notifytest.Stall, outcome{notify.Unknown, false, 1, "no answer in time" + maybe}},
		{notifytest.AfterReply, notifytest.Drop, outcome{notify.Sent, false, 1, ""}},
	} {
		t.Run(fmt.Sprintf("%s %d", test.step, test.code), func(t *testing.T) {
			t.Parallel()
			s := notifytest.NewServer(t, notifytest.Options{})
			s.FailAt(test.step, test.code)
			setting := s.URL()
			if test.code == notifytest.Stall {
				setting += "&timeout=2s&end_timeout=2s"
			}
			result := channel(t, setting).Deliver(t.Context(), message("m-1"))
			got := outcome{result.Status, result.Permanent, len(s.Messages()), result.Detail}
			if got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

// TestTornMail: a mail that breaks off half-way is never taken for a whole one. Whether its end was still
// written depends on the system's buffers, so failed and unknown are both right.
func TestTornMail(t *testing.T) {
	s := notifytest.NewServer(t, notifytest.Options{})
	s.FailAt(notifytest.InBody, notifytest.Drop)
	result := channel(t, s.URL()).Deliver(t.Context(), longMessage())
	if result.Status == notify.Sent || result.Permanent || len(s.Messages()) != 0 {
		t.Errorf("got %+v, and %d arrived", result, len(s.Messages()))
	}
}

// longMessage is longer than what fits on its way.
func longMessage() notify.Message {
	m := message("m-1")
	m.Text = strings.Repeat("A long text, longer than what fits on its way.\n", 20_000)
	m.HTML = strings.Repeat("<p>A long text, longer than what fits on its way.</p>\n", 18_000)
	return m
}

// TestReset: where the connection is reset at once, the step it is noticed at is the system's choice.
func TestReset(t *testing.T) {
	s := notifytest.NewServer(t, notifytest.Options{})
	s.FailAt(notifytest.AtConnect, notifytest.Drop)
	result := channel(t, s.URL()).Deliver(t.Context(), message("m-1"))
	if result.Status != notify.Failed || result.Permanent || !strings.HasPrefix(result.Detail, "connection lost at") {
		t.Errorf("got %+v", result)
	}
}

// TestHealing: what failed for now succeeds when it is tried again, and arrives once.
func TestHealing(t *testing.T) {
	s := notifytest.NewServer(t, notifytest.Options{})
	s.FailTimes(notifytest.AtData, 451, 2)
	c := channel(t, s.URL())
	var got []notify.Status
	for range 3 {
		got = append(got, c.Deliver(t.Context(), message("m-1")).Status)
	}
	if diff := cmp.Diff([]notify.Status{notify.Failed, notify.Failed, notify.Sent}, got); diff != "" {
		t.Error(diff)
	}
	if n := len(s.Messages()); n != 1 {
		t.Errorf("%d arrived", n)
	}
}

// TestGivingUpMidway: a context cancelled in the middle of a long mail leaves nothing behind.
func TestGivingUpMidway(t *testing.T) {
	s := notifytest.NewServer(t, notifytest.Options{})
	s.FailAt(notifytest.InBody, notifytest.Stall)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer cancel()
		for s.Passed(notifytest.InBody) == 0 && t.Context().Err() == nil {
			runtime.Gosched()
		}
	}()
	result := channel(t, s.URL()).Deliver(ctx, longMessage())
	if result.Status == notify.Sent || result.Permanent || len(s.Messages()) != 0 {
		t.Errorf("got %+v, and %d arrived", result, len(s.Messages()))
	}
}

func TestSentMail(t *testing.T) {
	s := notifytest.NewServer(t, notifytest.Options{From: "Clinic <care@clinic.example>"})
	setting := s.URL() + "&unsubscribe=https://clinic.example/stop&reply_to=desk@clinic.example"
	config, err := email.ParseURL(setting)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	config.Now = func() time.Time { return at }
	c, err := email.New(config)
	if err != nil {
		t.Fatal(err)
	}
	result := c.Deliver(t.Context(), message("0198c-1"))
	if want := notify.SentAs("T1", at); result != want {
		t.Errorf("got %+v, want %+v", result, want)
	}
	mail := s.Messages()[0]
	if !mail.Secure || mail.User != "clinic" || mail.From != "care@clinic.example" || mail.To[0] != "ana@example.org" {
		t.Errorf("the envelope is %+v", mail)
	}
	e, err := mail.Envelope()
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Errors) != 0 {
		t.Errorf("the mail has faults: %v", e.Errors[0])
	}
	for field, want := range map[string]string{
		"Message-Id": "<0198c-1@clinic.example>", "Date": "Mon, 02 Mar 2026 09:30:00 +0000",
		"From": `"Clinic" <care@clinic.example>`, "To": `"Ana" <ana@example.org>`, "Reply-To": "<desk@clinic.example>",
		"Auto-Submitted": "auto-generated", "List-Unsubscribe": "<https://clinic.example/stop>", "Content-Language": "en",
	} {
		if got := e.GetHeader(field); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
}

func TestEncryptionIsNeverSilentlyLeftOut(t *testing.T) {
	s := notifytest.NewServer(t, notifytest.Options{Security: notifytest.Plain, NoAuth: true})
	setting := strings.Replace(s.URL(), "tls=none", "tls=mandatory", 1)
	result := channel(t, setting).Deliver(t.Context(), message("m-1"))
	want := "the server offers no STARTTLS, and the setting demands encryption at STARTTLS"
	if result.Status != notify.Failed || result.Permanent || result.Detail != want {
		t.Errorf("got %+v", result)
	}
	setting = strings.Replace(s.URL(), "tls=none", "tls=opportunistic", 1)
	if result := channel(t, setting).Deliver(t.Context(), message("m-1")); result.Status != notify.Sent {
		t.Errorf("opportunistic: got %+v", result)
	}
}

func TestOpportunisticEncryptsWhereItCan(t *testing.T) {
	s := notifytest.NewServer(t, notifytest.Options{})
	if result := channel(t, s.URL()+"&tls=opportunistic").Deliver(t.Context(), message("m-1")); result.Status != notify.Sent {
		t.Fatalf("got %+v", result)
	}
	if !s.Messages()[0].Secure {
		t.Error("it came unencrypted")
	}
}

func TestUnknownAuthorityIsRefused(t *testing.T) {
	for name, security := range map[string]notifytest.Security{"STARTTLS": notifytest.StartTLS, "TLS": notifytest.ImplicitTLS} {
		t.Run(name, func(t *testing.T) {
			s := notifytest.NewServer(t, notifytest.Options{Security: security})
			config, err := email.ParseURL(s.URL())
			if err != nil {
				t.Fatal(err)
			}
			config.Roots = nil
			c, err := email.New(config)
			if err != nil {
				t.Fatal(err)
			}
			result := c.Deliver(t.Context(), message("m-1"))
			if result.Status != notify.Failed || !strings.HasPrefix(result.Detail, "the server's certificate is not trusted") {
				t.Errorf("got %+v", result)
			}
		})
	}
}

func TestSignIn(t *testing.T) {
	for _, mechanisms := range [][]string{{"PLAIN"}, {"LOGIN"}, {"LOGIN", "PLAIN"}, {"NTLM", "LOGIN"}} {
		t.Run(strings.Join(mechanisms, " "), func(t *testing.T) {
			s := notifytest.NewServer(t, notifytest.Options{Mechanisms: mechanisms, User: "us:er@x", Password: "p@ss/w%rd?#"})
			if result := channel(t, s.URL()).Deliver(t.Context(), message("m-1")); result.Status != notify.Sent {
				t.Fatalf("got %+v", result)
			}
			if got := s.Messages()[0].User; got != "us:er@x" {
				t.Errorf("signed in as %q", got)
			}
		})
	}
}

func TestSignInThatCannotBe(t *testing.T) {
	for name, test := range map[string]struct {
		options notifytest.Options
		change  func(*email.Config)
		want    string
	}{
		"a wrong password": {
			notifytest.Options{}, func(c *email.Config) { c.Password = "wrong" },
			"refused at AUTH: 535 5.7.8",
		},
		"nothing in common": {
			notifytest.Options{Mechanisms: []string{"NTLM"}}, func(*email.Config) {},
			"the server asks for no sign-in we can do at AUTH",
		},
		"no sign-in at all": {
			notifytest.Options{NoAuth: true}, func(c *email.Config) { c.User = "clinic" },
			"the server asks for no sign-in we can do at AUTH",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := notifytest.NewServer(t, test.options)
			config, err := email.ParseURL(s.URL())
			if err != nil {
				t.Fatal(err)
			}
			test.change(&config)
			c, err := email.New(config)
			if err != nil {
				t.Fatal(err)
			}
			result := c.Deliver(t.Context(), message("m-1"))
			if result.Status != notify.Failed || result.Permanent || result.Detail != test.want {
				t.Errorf("got %+v, want %q", result, test.want)
			}
		})
	}
}

func TestAddressesOutsideASCII(t *testing.T) {
	m := message("m-1")
	m.To.Email = "jürgen@bücher.example"
	without := notifytest.NewServer(t, notifytest.Options{})
	if result := channel(t, without.URL()).Deliver(t.Context(), m); result.Status != notify.Failed || !result.Permanent {
		t.Errorf("without SMTPUTF8: got %+v", result)
	}
	with := notifytest.NewServer(t, notifytest.Options{SMTPUTF8: true})
	if result := channel(t, with.URL()).Deliver(t.Context(), m); result.Status != notify.Sent {
		t.Fatalf("with SMTPUTF8: got %+v", result)
	}
	if got, want := with.Messages()[0].To[0], "jürgen@xn--bcher-kva.example"; got != want {
		t.Errorf("sent to %q, want %q", got, want)
	}
}

func TestProbe(t *testing.T) {
	s := notifytest.NewServer(t, notifytest.Options{})
	if err := channel(t, s.URL()).Probe(t.Context()); err != nil {
		t.Errorf("got %v", err)
	}
	s.FailAt(notifytest.AtAuth, 535)
	err := channel(t, s.URL()).Probe(t.Context())
	if care.CodeOf(err) != care.Unavailable || !strings.Contains(err.Error(), "refused at AUTH: 535") {
		t.Errorf("got %v", err)
	}
	if len(s.Messages()) != 0 || s.Passed(notifytest.AtMail) != 0 {
		t.Error("probing sent something")
	}
}

func TestNoServer(t *testing.T) {
	s := notifytest.NewServer(t, notifytest.Options{})
	setting := s.URL()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	result := channel(t, setting).Deliver(t.Context(), message("m-1"))
	if result.Status != notify.Failed || result.Permanent || result.Detail != "connection refused at connecting" {
		t.Errorf("got %+v", result)
	}
}
