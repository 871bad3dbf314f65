package e2e

import (
	"regexp"
	"strings"
	"testing"

	"throughline/notify/notifytest"
)

// mailOf gives the mail that carried a message of the outbox to the mail server, once it has come.
func (s *server) mailOf(t *testing.T, messageID string) notifytest.Mail {
	t.Helper()
	var found notifytest.Mail
	await(t, "the mail of the message "+messageID+" has arrived", func() (bool, string) {
		for _, m := range s.mail.Messages() {
			if outboxID(t, m) == messageID {
				found = m
				return true, ""
			}
		}
		return false, "it is not among those that came"
	})
	return found
}

// outboxID gives the id of the message that a mail carries: it begins the mail's Message-ID.
func outboxID(t *testing.T, m notifytest.Mail) string {
	t.Helper()
	envelope, err := m.Envelope()
	if err != nil {
		t.Fatal(err)
	}
	id, _, _ := strings.Cut(strings.Trim(envelope.GetHeader("Message-Id"), "<>"), "@")
	return id
}

// messageOf gives the one message of an enrollment for a step and a purpose, once it was sent.
func (c client) messageOf(t *testing.T, enrollmentID, step, purpose string) message {
	t.Helper()
	var found message
	await(t, "the "+purpose+" of the step "+step+" was sent", func() (bool, string) {
		all := list[message](t, c, "/messages?enrollment_id="+enrollmentID+"&purpose="+purpose)
		for _, m := range all {
			if m.Step == step {
				found = m
			}
		}
		return found.Status == "sent", found.Status + " " + found.Detail
	})
	return found
}

var partnerLink = regexp.MustCompile(`http://[^\s"<>]+/r/[^\s"<>]+`)

// linkIn gives the partner's link in a mail, which must be the same in the text and in the HTML.
func linkIn(t *testing.T, m notifytest.Mail) string {
	t.Helper()
	envelope, err := m.Envelope()
	if err != nil {
		t.Fatal(err)
	}
	link := partnerLink.FindString(envelope.Text)
	if link == "" || partnerLink.FindString(envelope.HTML) != link {
		t.Fatalf("the mail's text has the link %q, its HTML %q", link, partnerLink.FindString(envelope.HTML))
	}
	return link
}
