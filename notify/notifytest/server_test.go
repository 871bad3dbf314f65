package notifytest_test

import (
	"context"
	"errors"
	"net/smtp"
	"net/url"
	"os"
	"testing"

	"throughline/notify/notifytest"
)

// send delivers with the standard library's client, so that the server isn't judged by our own.
func send(s *notifytest.Server, text string) error {
	auth := smtp.PlainAuth("", "clinic", "secret", "127.0.0.1")
	return smtp.SendMail(s.Addr(), auth, "care@clinic.example", []string{"ana@example.org"}, []byte(text))
}

func TestServerOutsideATest(t *testing.T) {
	s, err := notifytest.Start(notifytest.Options{Security: notifytest.Plain})
	if err != nil {
		t.Fatal(err)
	}
	setting, err := url.Parse(s.URL())
	if err != nil || setting.Host != s.Addr() || setting.Query().Get("tls") != "none" {
		t.Errorf("the setting is %s (%v)", s.URL(), err)
	}
	failed := make(chan error, 1)
	go func() { failed <- send(s, "Subject: Hi\r\n\r\n.Hello\r\n") }()
	mails, err := s.Wait(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-failed; err != nil {
		t.Fatal(err)
	}
	e, err := mails[0].Envelope()
	if err != nil {
		t.Fatal(err)
	}
	if e.GetHeader("Subject") != "Hi" || e.Text != ".Hello\r\n" || mails[0].User != "clinic" || mails[0].Secure {
		t.Errorf("got %+v, %q", mails[0], e.Text)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.CAFile()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the certificate is left behind: %v", err)
	}
	if err := send(s, "a"); err == nil {
		t.Error("a closed server took a mail")
	}
}

func TestWaitGivesUp(t *testing.T) {
	s := notifytest.NewServer(t, notifytest.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if mails, err := s.Wait(ctx, 1); !errors.Is(err, context.Canceled) || len(mails) != 0 {
		t.Errorf("got %v, %v", mails, err)
	}
}

func TestSignInIsDemanded(t *testing.T) {
	s := notifytest.NewServer(t, notifytest.Options{Security: notifytest.Plain})
	err := smtp.SendMail(s.Addr(), nil, "care@clinic.example", []string{"ana@example.org"}, []byte("a"))
	if err == nil || len(s.Messages()) != 0 {
		t.Errorf("a stranger's mail was taken (%v)", err)
	}
}

func TestFailTimesThenHeals(t *testing.T) {
	s := notifytest.NewServer(t, notifytest.Options{Security: notifytest.Plain})
	s.FailTimes(notifytest.AtRcpt, 450, 1)
	if err := send(s, "a"); err == nil {
		t.Error("the first was taken")
	}
	if err := send(s, "a"); err != nil {
		t.Errorf("the second: %v", err)
	}
	s.FailAt(notifytest.AtMail, notifytest.Drop)
	if err := send(s, "a"); err == nil {
		t.Error("the third was taken")
	}
	s.Heal()
	if err := send(s, "a"); err != nil {
		t.Errorf("the fourth: %v", err)
	}
	if got := s.Passed(notifytest.AtRcpt); got != 3 {
		t.Errorf("RCPT was reached %d times, want 3", got)
	}
}
