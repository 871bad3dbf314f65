package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
	"throughline/store"
	"throughline/store/storetest"
)

// wall is a clock that a test sets.
type wall struct{ at time.Time }

func (w *wall) now() time.Time { return w.at }

func receive(t *testing.T, s *store.Store, key string, at time.Time) store.InboundMessage {
	t.Helper()
	m, duplicate, err := s.Receive(t.Context(), store.NewInbound{
		DedupKey: key, Format: store.FormatHL7v2, Kind: "ADT^A03", ControlID: "c-" + key, Source: "HIS", Raw: []byte("MSH|" + key), ReceivedAt: at})
	if err != nil || duplicate {
		t.Fatalf("%s: duplicate %v, %v", key, duplicate, err)
	}
	return m
}

func keys(messages []store.InboundMessage) []string {
	var out []string
	for _, m := range messages {
		out = append(out, m.DedupKey)
	}
	return out
}

func TestReceiveKeepsAMessageOnce(t *testing.T) {
	s := storetest.New(t, storetest.WithNow(func() time.Time { return monday }))
	first := receive(t, s, "a", monday)
	again, duplicate, err := s.Receive(t.Context(), store.NewInbound{DedupKey: "a", Raw: []byte("other")})
	if err != nil || !duplicate {
		t.Fatalf("duplicate %v, %v", duplicate, err)
	}
	if diff := cmp.Diff(first, again); diff != "" {
		t.Error(diff)
	}
	got, err := s.Inbound(t.Context(), first.ID)
	if diff := cmp.Diff(first, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	_, _, err = s.Receive(t.Context(), store.NewInbound{})
	refused(t, err, care.Invalid, "")

	failed, _, err := s.Receive(t.Context(), store.NewInbound{DedupKey: "b", Status: care.InboundFailed, Reason: "no MSH segment"})
	if err != nil || failed.HandledAt == nil || failed.Reason != "no MSH segment" || !failed.ReceivedAt.Equal(monday) {
		t.Errorf("got %+v, %v", failed, err)
	}
}

func TestNextInboundGivesEachMessageToOne(t *testing.T) {
	clock := &wall{at: monday}
	s := storetest.New(t, storetest.WithNow(clock.now))
	for i, key := range []string{"c", "a", "b"} {
		receive(t, s, key, monday.Add(time.Duration(i)*time.Second))
	}
	next := func(limit int, want ...string) []store.InboundMessage {
		t.Helper()
		got, err := s.NextInbound(t.Context(), limit)
		if diff := cmp.Diff(want, keys(got)); diff != "" || err != nil {
			t.Fatal(diff, err)
		}
		return got
	}
	first := next(2, "c", "a")
	if string(first[0].Raw) != "MSH|c" || first[0].Attempts != 0 {
		t.Errorf("got %+v", first[0])
	}
	next(2, "b")
	next(2)

	if err := s.SetInboundFate(t.Context(), first[0].ID, care.InboundApplied, "", care.KeyID("ada")); err != nil {
		t.Fatal(err)
	}
	if err := s.DeferInbound(t.Context(), first[1].ID, monday.Add(time.Hour), "the engine does not answer"); err != nil {
		t.Fatal(err)
	}
	refused(t, s.DeferInbound(t.Context(), first[0].ID, monday, ""), care.Conflict, "")

	clock.at = monday.Add(2 * time.Minute) // whoever had b is given up; a is to wait longer
	next(5, "b")
	clock.at = monday.Add(2 * time.Hour)
	if again := next(5, "a", "b"); again[0].Attempts != 1 || again[1].Attempts != 0 {
		t.Errorf("a was put off once, b was left; counted %d and %d", again[0].Attempts, again[1].Attempts)
	}
}

func TestFateAndReplay(t *testing.T) {
	s := storetest.New(t)
	m := receive(t, s, "a", monday)
	for _, c := range []struct {
		status  care.InboundStatus
		replays bool
	}{{care.InboundFailed, true}, {care.InboundIgnored, true}, {care.InboundApplied, false}} {
		inTx(t, s, func(tx *store.Tx) error { return tx.SetInboundFate(m.ID, c.status, "because", "") })
		got, err := s.Inbound(t.Context(), m.ID)
		if err != nil || got.Status != c.status || got.Reason != "because" || got.HandledAt == nil {
			t.Errorf("got %+v, %v", got, err)
		}
		err = s.ReplayInbound(t.Context(), m.ID)
		if !c.replays {
			refused(t, err, care.Conflict, "")
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		waiting, err := s.NextInbound(t.Context(), 5)
		if diff := cmp.Diff([]string{"a"}, keys(waiting)); diff != "" || err != nil {
			t.Error(diff, err)
		}
	}
}

func TestInboundIsListedNewestFirstWithoutItsText(t *testing.T) {
	s := storetest.New(t)
	for i, key := range []string{"a", "b", "c"} {
		receive(t, s, key, monday.Add(time.Duration(i)*time.Second))
	}
	got, _ := readAll(t, 2, func(m store.InboundMessage) string { return m.DedupKey + string(m.Raw) },
		func(p store.Page) ([]store.InboundMessage, string, error) {
			return s.ListInbound(t.Context(), store.InboundFilter{Status: []care.InboundStatus{care.InboundReceived}}, p)
		})
	if diff := cmp.Diff([]string{"c", "b", "a"}, got); diff != "" {
		t.Error(diff)
	}
	one, _, err := s.ListInbound(t.Context(), store.InboundFilter{ControlID: "c-b"}, store.Page{})
	if diff := cmp.Diff([]string{"b"}, keys(one)); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestFreedLeasesAreTakenUpAtOnce(t *testing.T) {
	s := storetest.New(t, storetest.WithNow(func() time.Time { return monday }))
	receive(t, s, "a", monday)
	take := func() []string {
		t.Helper()
		taken, err := s.NextInbound(t.Context(), 10)
		if err != nil {
			t.Fatal(err)
		}
		return keys(taken)
	}
	if first, second := take(), take(); len(first) != 1 || len(second) != 0 {
		t.Fatalf("taken up: %v, then %v", first, second)
	}
	// A command whose process dies in the middle: here its caller looks from within.
	died := errors.New("died")
	_, err := s.Idempotent(t.Context(), "k", "h", func() (int, []byte, error) {
		if err := s.FreeLeases(t.Context()); err != nil {
			t.Fatal(err)
		}
		again, err := s.Idempotent(t.Context(), "k", "h", func() (int, []byte, error) { return 200, []byte("done"), nil })
		if err != nil || again.Status != 200 {
			t.Errorf("the command put again: %+v, %v", again, err)
		}
		return 0, nil, died
	})
	if !errors.Is(err, died) {
		t.Errorf("got %v", err)
	}
	if third := take(); len(third) != 1 {
		t.Errorf("after the leases were freed: %v", third)
	}
}
