package inapp_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"throughline/care"
	"throughline/notify"
	"throughline/notify/inapp"
	"throughline/notify/notifytest"
)

// inbox is an Inbox in memory.
type inbox struct {
	mu    sync.Mutex
	kept  []notify.Message
	known map[string]bool
	err   error
}

func (b *inbox) Put(_ context.Context, m notify.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return b.err
	}
	if !b.known[m.ID] {
		b.known[m.ID] = true
		b.kept = append(b.kept, m)
	}
	return nil
}

func (b *inbox) seen() []notifytest.Seen {
	b.mu.Lock()
	defer b.mu.Unlock()
	var seen []notifytest.Seen
	for _, m := range b.kept {
		seen = append(seen, notifytest.Seen{Identity: m.ID, Subject: m.Subject, Text: m.Text, HTML: m.HTML, Recipients: 1})
	}
	return seen
}

func TestConforms(t *testing.T) {
	notifytest.Conform(t, func(*testing.T) notifytest.Rig {
		b := &inbox{known: map[string]bool{}}
		return notifytest.Rig{
			Channel:       inapp.New(b, time.Now),
			Arrived:       b.seen,
			RefuseForGood: func() { b.err = care.Errorf(care.NotFound, "there is no such account") },
			RefuseForNow:  func() { b.err = errors.New("writing for someone@example.org: the disk is full") },
			To:            notify.Address{Account: "u-1"},
			KeepsOne:      true,
		}
	})
}
