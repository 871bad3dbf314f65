package notifytest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/notify"
)

// Rig is a channel set up for one test of the suite, with a view of the recipient's side.
type Rig struct {
	Channel notify.Channel
	// Arrived gives what the recipient has, oldest first.
	Arrived func() []Seen
	// RefuseForGood and RefuseForNow make the other side refuse every message from now on.
	RefuseForGood, RefuseForNow func()
	// LoseReply makes the other side accept from now on without the channel being told. Nil for a
	// channel whose other side is asked by id and can be asked again.
	LoseReply func()
	// SilentAfterHandover makes the other side take the message and then say nothing. Nil as for LoseReply.
	SilentAfterHandover func()
	// To is a recipient the channel can reach; its name is left to the suite.
	To notify.Address
	// KeepsOne says that the same id twice arrives once. Otherwise it arrives twice under one identity.
	KeepsOne bool
}

// Seen is a message on the recipient's side.
type Seen struct {
	Identity            string // the same for the same message, whatever the channel calls it
	Subject, Text, HTML string
	Recipients          int
}

// Conform runs the suite that every channel passes. The rig is made anew for each test.
func Conform(t *testing.T, newRig func(t *testing.T) Rig) {
	t.Helper()
	for _, test := range []struct {
		name string
		run  func(*testing.T, Rig)
	}{
		{"sent once", sentOnce},
		{"the same id twice", sameIDTwice},
		{"different ids", differentIDs},
		{"a cancelled context", cancelledContext},
		{"refused for good", refusedForGood},
		{"refused for now", refusedForNow},
		{"the reply is lost", replyLost},
		{"cancelled after the handover", cancelledAfterHandover},
		{"unicode", unicodeText},
		{"long lines", longLines},
		{"dots and dashes", dots},
		{"injection", injection},
		{"no recipient", noRecipient},
		{"many at once", manyAtOnce},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, newRig(t)) })
	}
}

func (r Rig) message(id string) notify.Message {
	to := r.To
	to.Name = "Ana Diaz"
	return notify.Message{ID: id, To: to, Subject: "A word from your clinic", Text: "Please call us.\n", Language: "en"}
}

func (r Rig) deliver(t *testing.T, m notify.Message) notify.Result {
	t.Helper()
	return r.deliverIn(t.Context(), t, m)
}

// deliverIn checks what holds for every result.
func (r Rig) deliverIn(ctx context.Context, t *testing.T, m notify.Message) notify.Result {
	t.Helper()
	result := r.Channel.Deliver(ctx, m)
	if result.At.IsZero() {
		t.Error("the result doesn't say when")
	}
	if result.Permanent && result.Status != notify.Failed {
		t.Errorf("permanent, and yet %s", result.Status)
	}
	if result.Status != notify.Sent && result.Detail == "" {
		t.Error("the result doesn't say why")
	}
	for _, secret := range []string{m.To.Name, m.To.Email, m.To.Phone, m.Subject, m.Text, "someone@example.org"} {
		if secret != "" && (strings.Contains(result.Detail, secret) || strings.Contains(result.ProviderID, secret)) {
			t.Errorf("the result repeats what is private: %+v", result)
		}
	}
	return result
}

func (r Rig) expect(t *testing.T, got notify.Result, status notify.Status, permanent bool) {
	t.Helper()
	if got.Status != status || got.Permanent != permanent {
		t.Errorf("got %s (permanent: %v, %s), want %s (permanent: %v)", got.Status, got.Permanent, got.Detail, status, permanent)
	}
}

func (r Rig) expectArrived(t *testing.T, n int) []Seen {
	t.Helper()
	arrived := r.Arrived()
	if len(arrived) != n {
		t.Fatalf("%d messages arrived, want %d", len(arrived), n)
	}
	return arrived
}

func sentOnce(t *testing.T, r Rig) {
	if name := r.Channel.Name(); name == "" || strings.ToLower(name) != name {
		t.Errorf("%q is no channel's name", name)
	}
	m := r.message("m-1")
	m.HTML = "<p>Please call us.</p>\n"
	r.expect(t, r.deliver(t, m), notify.Sent, false)
	got := r.expectArrived(t, 1)[0]
	want := Seen{Identity: got.Identity, Subject: m.Subject, Text: m.Text, HTML: m.HTML, Recipients: 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got.Identity == "" {
		t.Error("it arrived without an identity")
	}
}

func sameIDTwice(t *testing.T, r Rig) {
	r.expect(t, r.deliver(t, r.message("m-1")), notify.Sent, false)
	r.expect(t, r.deliver(t, r.message("m-1")), notify.Sent, false)
	if r.KeepsOne {
		r.expectArrived(t, 1)
		return
	}
	arrived := r.expectArrived(t, 2)
	if arrived[0].Identity != arrived[1].Identity {
		t.Error("the same message arrived under two identities")
	}
}

func differentIDs(t *testing.T, r Rig) {
	r.expect(t, r.deliver(t, r.message("m-1")), notify.Sent, false)
	r.expect(t, r.deliver(t, r.message("m-2")), notify.Sent, false)
	arrived := r.expectArrived(t, 2)
	if arrived[0].Identity == arrived[1].Identity {
		t.Error("two messages arrived under one identity")
	}
}

func cancelledContext(t *testing.T, r Rig) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r.expect(t, r.deliverIn(ctx, t, r.message("m-1")), notify.Failed, false)
	r.expectArrived(t, 0)
}

func refusedForGood(t *testing.T, r Rig) {
	r.RefuseForGood()
	r.expect(t, r.deliver(t, r.message("m-1")), notify.Failed, true)
	r.expectArrived(t, 0)
}

func refusedForNow(t *testing.T, r Rig) {
	r.RefuseForNow()
	r.expect(t, r.deliver(t, r.message("m-1")), notify.Failed, false)
	r.expectArrived(t, 0)
}

func replyLost(t *testing.T, r Rig) {
	if r.LoseReply == nil {
		t.Skip("this channel puts by id: without a reply it can safely put again")
	}
	r.LoseReply()
	r.expect(t, r.deliver(t, r.message("m-1")), notify.Unknown, false)
	r.expectArrived(t, 1)
}

func cancelledAfterHandover(t *testing.T, r Rig) {
	if r.SilentAfterHandover == nil {
		t.Skip("this channel puts by id: without a reply it can safely put again")
	}
	r.SilentAfterHandover()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan notify.Result)
	go func() { ended <- r.Channel.Deliver(ctx, r.message("m-1")) }()
	until(t, func() bool { return len(r.Arrived()) == 1 })
	cancel()
	r.expect(t, <-ended, notify.Unknown, false)
}

// until waits for another goroutine's doing; there is no event to wait for on the far side of a socket.
func until(t *testing.T, done func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	limit := time.After(20 * time.Second)
	for !done() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatal("it didn't happen in 20 s")
		}
	}
}

func unicodeText(t *testing.T, r Rig) {
	m := r.message("m-1")
	m.Subject = "Votre rendez-vous à l’hôpital 医院 🏥 مستشفى " + strings.Repeat("длинная тема ", 6) + "!"
	m.Text = "¿Cómo está? 您好。 שלום 🙂\n"
	m.HTML = "<p>¿Cómo está? 您好。 שלום 🙂</p>\n"
	r.expect(t, r.deliver(t, m), notify.Sent, false)
	r.expectSame(t, m)
}

func longLines(t *testing.T, r Rig) {
	m := r.message("m-1")
	m.Subject = strings.Repeat("word ", 60) + "end"
	m.Text = strings.Repeat("x", 5000) + "\n" + strings.Repeat("é", 3000) + "\n"
	r.expect(t, r.deliver(t, m), notify.Sent, false)
	r.expectSame(t, m)
}

func dots(t *testing.T, r Rig) {
	m := r.message("m-1")
	m.Text = "one\n.\n..\n. two\nFrom here\n--\n-- \n=20\nQUIT\n.\n\n\nend\n"
	r.expect(t, r.deliver(t, m), notify.Sent, false)
	r.expectSame(t, m)
}

func (r Rig) expectSame(t *testing.T, m notify.Message) {
	t.Helper()
	got := r.expectArrived(t, 1)[0]
	want := Seen{Identity: got.Identity, Subject: m.Subject, Text: m.Text, HTML: m.HTML, Recipients: 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func injection(t *testing.T, r Rig) {
	for name, change := range map[string]func(*notify.Message){
		"subject with CR LF": func(m *notify.Message) { m.Subject += "\r\nBcc: eve@example.org" },
		"subject with LF":    func(m *notify.Message) { m.Subject += "\nBcc: eve@example.org" },
		"subject with CR":    func(m *notify.Message) { m.Subject += "\rBcc: eve@example.org" },
		"name":               func(m *notify.Message) { m.To.Name += "\r\nBcc: eve@example.org" },
		"address":            func(m *notify.Message) { m.To.Email += ">\r\nRCPT TO:<eve@example.org" },
		"phone":              func(m *notify.Message) { m.To.Phone += "\r\n+15550199" },
		"id":                 func(m *notify.Message) { m.ID += ">\r\nBcc: eve@example.org" },
		"language":           func(m *notify.Message) { m.Language += "\r\nBcc: eve@example.org" },
		"header":             func(m *notify.Message) { m.Headers = map[string]string{"X-Kind": "a\r\nBcc: eve@example.org"} },
		"header's name":      func(m *notify.Message) { m.Headers = map[string]string{"X-Kind: a\r\nBcc": "eve@example.org"} },
		"recipient's header": func(m *notify.Message) { m.Headers = map[string]string{"Bcc": "eve@example.org"} },
	} {
		m := r.message("m-1")
		change(&m)
		result := r.deliver(t, m)
		if result.Status != notify.Failed || !result.Permanent {
			t.Errorf("%s: got %s (permanent: %v)", name, result.Status, result.Permanent)
		}
	}
	r.expectArrived(t, 0)
}

func noRecipient(t *testing.T, r Rig) {
	m := r.message("m-1")
	m.To = notify.Address{Name: m.To.Name}
	r.expect(t, r.deliver(t, m), notify.Failed, true)
	r.expectArrived(t, 0)
}

func manyAtOnce(t *testing.T, r Rig) {
	const n = 12
	results := make(chan notify.Result, n)
	for i := range n {
		go func() { results <- r.Channel.Deliver(t.Context(), r.message(fmt.Sprintf("m-%d", i))) }()
	}
	for range n {
		r.expect(t, <-results, notify.Sent, false)
	}
	identities := map[string]bool{}
	for _, seen := range r.expectArrived(t, n) {
		identities[seen.Identity] = true
	}
	if len(identities) != n {
		t.Errorf("%d identities, want %d", len(identities), n)
	}
}
