package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/store"
	"throughline/store/storetest"
)

func definition(version int, on, title string) *pathways.Definition {
	return &pathways.Definition{
		Pathway: "tcm", Version: version, Title: title, Owner: "coordinator",
		Launch: pathways.Launch{On: on, OncePer: "encounter"}, Steps: []pathways.Step{{ID: "call", Task: "Call"}},
	}
}

func TestPublishedDefinitionNeverChanges(t *testing.T) {
	s := storetest.New(t)
	ctx := t.Context()
	put := func(d *pathways.Definition, status string) error {
		return s.PutDefinition(ctx, d, []byte("# "+d.Title), status)
	}
	draft, final := definition(1, "encounter.discharged", "draft"), definition(1, "encounter.discharged", "final")
	for _, d := range []*pathways.Definition{draft, final} {
		if err := put(d, store.DefinitionDraft); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := put(final, store.DefinitionPublished); err != nil {
			t.Fatal(err)
		}
	}
	refused(t, put(draft, store.DefinitionPublished), care.Conflict, "")
	refused(t, put(&pathways.Definition{}, store.DefinitionDraft), care.Invalid, "")
	refused(t, put(draft, "retired"), care.Invalid, "")

	got, err := s.Definition(ctx, "tcm", 0)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(final, got.Definition); diff != "" {
		t.Error(diff)
	}
	if string(got.Source) != "# final" || got.Status != store.DefinitionPublished || got.PublishedAt == nil || got.Digest != pathways.Digest(final) {
		t.Errorf("got %+v", got)
	}
	same, err := s.DefinitionByDigest(ctx, pathways.Digest(final))
	if err != nil || same.Ref() != got.Ref() {
		t.Errorf("got %v, %v", same.Ref(), err)
	}
}

func TestTheLatestPublishedVersionStartsEnrollments(t *testing.T) {
	s := storetest.New(t)
	ctx := t.Context()
	put := func(d *pathways.Definition, status string) {
		t.Helper()
		if err := s.PutDefinition(ctx, d, nil, status); err != nil {
			t.Fatal(err)
		}
	}
	starts := func(event string, want ...int) {
		t.Helper()
		found, err := s.PublishedFor(ctx, event)
		var got []int
		for _, d := range found {
			got = append(got, d.Version)
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
	}
	put(definition(1, "encounter.discharged", "one"), store.DefinitionPublished)
	put(definition(2, "encounter.discharged", "two"), store.DefinitionPublished)
	put(definition(3, "encounter.discharged", "three"), store.DefinitionDraft)
	starts("encounter.discharged", 2)
	starts("encounter.admitted")

	move := func(version int, kind string) error {
		_, err := s.MoveDefinition(ctx, care.Actor{Kind: care.Person, ID: "ada"}, "tcm", version, store.LifeStep{Kind: kind, Reason: "because"})
		return err
	}
	if err := move(2, store.ChangeRetired); err != nil {
		t.Fatal(err)
	}
	starts("encounter.discharged", 1)
	refused(t, move(2, store.ChangePublished), care.Conflict, store.RuleVersionStatus)
	refused(t, move(3, store.ChangeRetired), care.Conflict, store.RuleVersionStatus)

	put(definition(4, "need.identified", "four"), store.DefinitionPublished)
	starts("encounter.discharged") // the newest version no longer asks for it
	starts("need.identified", 4)

	all, err := s.ListDefinitions(ctx)
	var versions []int
	for _, d := range all {
		versions = append(versions, d.Definition.Version)
	}
	if diff := cmp.Diff([]int{4, 3, 2, 1}, versions); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestDeliveryIsMarkedBeforeItIsMade(t *testing.T) {
	s := storetest.New(t, storetest.WithNow(func() time.Time { return monday }))
	ctx := t.Context()
	id := care.KeyID("message")
	d, begun, err := s.BeginDelivery(ctx, id, "email")
	if err != nil || !begun || d.Attempt != 1 || d.State != store.DeliverySending {
		t.Fatalf("got %+v, %v, %v", d, begun, err)
	}
	// The process died here, or another one is at it: nobody may send.
	again, begun, err := s.BeginDelivery(ctx, id, "email")
	if diff := cmp.Diff(d, again); diff != "" || begun || err != nil {
		t.Errorf("begun %v, %v: %s", begun, err, diff)
	}
	d.State, d.Detail = store.DeliveryFailed, "the mailbox is full"
	if err := s.EndDelivery(ctx, d); err != nil {
		t.Fatal(err)
	}
	d2, begun, err := s.BeginDelivery(ctx, id, "email")
	if err != nil || !begun || d2.Attempt != 2 {
		t.Fatalf("got %+v, %v, %v", d2, begun, err)
	}
	d2.State, d2.ProviderID = store.DeliverySent, "250 ok"
	if err := s.EndDelivery(ctx, d2); err != nil {
		t.Fatal(err)
	}
	failed := d2
	failed.State = store.DeliveryFailed
	refused(t, s.EndDelivery(ctx, failed), care.Conflict, "")
	refused(t, s.EndDelivery(ctx, store.Delivery{MessageID: id, Attempt: 3, State: store.DeliverySent}), care.Conflict, "")
	if _, begun, err := s.BeginDelivery(ctx, id, "email"); begun || err != nil {
		t.Errorf("what was sent may be sent again: %v, %v", begun, err)
	}
	got, err := s.Deliveries(ctx, id)
	if diff := cmp.Diff([]store.Delivery{d, d2}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestOneOfSeveralDelivers(t *testing.T) {
	s := storetest.New(t)
	id := care.KeyID("message")
	const senders = 8
	results := make(chan bool, senders)
	for range senders {
		go func() {
			_, begun, err := s.BeginDelivery(context.Background(), id, "email")
			results <- begun && err == nil
		}()
	}
	sent := 0
	for range senders {
		if <-results {
			sent++
		}
	}
	if sent != 1 {
		t.Errorf("%d would have sent, want 1", sent)
	}
}

func TestLinks(t *testing.T) {
	clock := &wall{at: monday}
	s := storetest.New(t, storetest.WithNow(clock.now))
	ctx := t.Context()
	st := newStory("ada")
	l := store.Link{ID: care.KeyID("link"), ReferralID: st.id("referral", "ride"), Purpose: "answer", CreatedAt: monday, ExpiresAt: monday.Add(time.Hour)}
	for range 2 {
		if err := s.PutLink(ctx, l); err != nil {
			t.Fatal(err)
		}
	}
	clock.at = monday.Add(time.Minute)
	for range 2 {
		if err := s.MarkLinkUsed(ctx, l.ID); err != nil {
			t.Fatal(err)
		}
		clock.at = clock.at.Add(time.Minute)
	}
	used := monday.Add(time.Minute)
	l.UsedAt = &used
	got, err := s.LinkByID(ctx, l.ID)
	if diff := cmp.Diff(l, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if !got.Works(monday.Add(59*time.Minute)) || got.Works(l.ExpiresAt) {
		t.Error("the link's time is wrong")
	}

	// A turn that revokes does so in its own transaction; a rebuild changes nothing about it.
	opening := st.opening()
	opening.Turn.Effects = append(opening.Turn.Effects, engine.Effect{Kind: engine.RevokeLinks, RevokeFor: l.ReferralID})
	mustCommit(t, s, opening)
	revoked := opening.Turn.RecordedAt
	l.RevokedAt = &revoked
	if err := s.RevokeLinks(ctx, l.ReferralID); err != nil {
		t.Fatal(err)
	}
	if err := s.Rebuild(ctx); err != nil {
		t.Fatal(err)
	}
	got, err = s.LinkByID(ctx, l.ID)
	if diff := cmp.Diff(l, got); diff != "" || err != nil || got.Works(monday) {
		t.Error(diff, err)
	}
}

func TestAPatientsLink(t *testing.T) {
	s := storetest.New(t)
	ctx := t.Context()
	st := newStory("bea")
	l := store.Link{
		ID: care.KeyID("answers"), EnrollmentID: st.id("enrollment", "one"), Step: "weekly", Occurrence: 2, Language: "es", Purpose: "answers",
		CreatedAt: monday, ExpiresAt: monday.Add(time.Hour),
	}
	for range 2 {
		if err := s.PutLink(ctx, l); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.LinkByID(ctx, l.ID)
	if diff := cmp.Diff(l, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	l.ID = care.KeyID("nothing")
	l.EnrollmentID = ""
	if err := s.PutLink(ctx, l); err == nil {
		t.Error("a link that opens nothing was kept")
	}
	mustCommit(t, s, st.opening())
	if d, _, err := s.Followed(ctx, st.opening().Turn.State.EnrollmentID); d != nil || err != nil {
		t.Errorf("of a version that is not kept there is %v, %v", d, err)
	}
	if d, _, err := s.Followed(ctx, care.KeyID("nobody")); d != nil || err != nil {
		t.Errorf("of an enrollment that is none there is %v, %v", d, err)
	}
}

func TestServices(t *testing.T) {
	s := storetest.New(t)
	ctx := t.Context()
	rides := care.Service{ID: care.KeyID("rides"), Organization: "City", Name: "Rides", Needs: []string{"transportation-insecurity", `odd "need", {x}`}, Status: "active", Email: "rides@example.org"}
	food := care.Service{ID: care.KeyID("food"), Organization: "Aid", Name: "Food", Needs: []string{"food-insecurity"}, Status: "active"}
	closed := care.Service{ID: care.KeyID("closed"), Organization: "Bus", Name: "Rides", Needs: []string{"transportation-insecurity"}, Status: "defunct"}
	for _, v := range []care.Service{rides, food, closed, rides} {
		if err := s.PutService(ctx, v); err != nil {
			t.Fatal(err)
		}
	}
	for need, want := range map[string][]care.Service{"transportation-insecurity": {rides}, `odd "need", {x}`: {rides}, "nothing": {}} {
		got, err := s.Services(ctx, need)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %s %v", need, diff, err)
		}
	}
	names, _ := readAll(t, 1, func(v care.Service) string { return v.Organization }, func(p store.Page) ([]care.Service, string, error) {
		return s.ListServices(ctx, store.ServiceFilter{}, p)
	})
	if diff := cmp.Diff([]string{"Aid", "Bus", "City"}, names); diff != "" {
		t.Error(diff)
	}
	got, err := s.Service(ctx, rides.ID)
	if diff := cmp.Diff(rides, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestRolesAndSettings(t *testing.T) {
	s := storetest.New(t)
	ctx := t.Context()
	for _, r := range []store.Role{{Role: "nurse", Email: "old@example.org"}, {Role: "coordinator", Email: "c@example.org"}, {Role: "nurse", Email: "n@example.org"}} {
		if err := s.PutRole(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	roles, err := s.Roles(ctx)
	if diff := cmp.Diff([]store.Role{{Role: "coordinator", Email: "c@example.org"}, {Role: "nurse", Email: "n@example.org"}}, roles); diff != "" || err != nil {
		t.Error(diff, err)
	}
	for role, want := range map[string]string{"nurse": "n@example.org", "nobody": ""} {
		if got, err := s.RoleEmail(ctx, role); got != want || err != nil {
			t.Errorf("%s: got %q, %v", role, got, err)
		}
	}

	if offset, err := s.ClockOffset(ctx); offset != 0 || err != nil {
		t.Errorf("got %s, %v", offset, err)
	}
	for _, want := range []time.Duration{time.Hour, 49 * time.Hour} {
		if err := s.SetClockOffset(ctx, want); err != nil {
			t.Fatal(err)
		}
		if got, err := s.ClockOffset(ctx); got != want || err != nil {
			t.Errorf("got %s, %v", got, err)
		}
	}

	if _, found, err := s.Organization(ctx); found || err != nil {
		t.Errorf("found %v, %v", found, err)
	}
	want := store.Organization{Name: "Clinic", Zone: "America/New_York", Calendar: care.USFederalCalendar()}
	if err := s.PutOrganization(ctx, want); err != nil {
		t.Fatal(err)
	}
	got, found, err := s.Organization(ctx)
	if diff := cmp.Diff(want, got); diff != "" || !found || err != nil {
		t.Error(diff, found, err)
	}
	want.Zone = "Mars/Olympus"
	refused(t, s.PutOrganization(ctx, want), care.Invalid, "")
}

func TestIdempotency(t *testing.T) {
	clock := &wall{at: monday}
	s := storetest.New(t, storetest.WithNow(clock.now))
	ctx := t.Context()
	done := 0
	do := func() (int, []byte, error) { done++; return 201, []byte(`{"n":1}`), nil }
	unexpected := func() (int, []byte, error) { t.Error("it was done again"); return 0, nil, nil }

	first, err := s.Idempotent(ctx, "k", "h", do)
	if diff := cmp.Diff(store.Answer{Status: 201, Body: []byte(`{"n":1}`)}, first); diff != "" || err != nil {
		t.Fatal(diff, err)
	}
	again, err := s.Idempotent(ctx, "k", "h", unexpected)
	if diff := cmp.Diff(store.Answer{Status: 201, Body: []byte(`{"n":1}`), Replayed: true}, again); diff != "" || err != nil {
		t.Error(diff, err)
	}
	_, err = s.Idempotent(ctx, "k", "other", unexpected)
	refused(t, err, care.Invalid, store.RuleKeyReused)

	// A failure frees the key, and comes out as it is.
	failed := care.Errorf(care.Unavailable, "not now")
	if _, err := s.Idempotent(ctx, "f", "h", func() (int, []byte, error) { return 0, nil, failed }); err != error(failed) { //nolint:errorlint // the same error
		t.Errorf("got %v", err)
	}
	if _, err := s.Idempotent(ctx, "f", "h", do); err != nil || done != 2 {
		t.Errorf("done %d times, %v", done, err)
	}

	// While one is at work the other is told so; once it counts as dead the other takes over.
	_, err = s.Idempotent(ctx, "w", "h", func() (int, []byte, error) {
		_, err := s.Idempotent(ctx, "w", "h", unexpected)
		refused(t, err, care.Conflict, "")
		clock.at = clock.at.Add(2 * time.Minute)
		_, err = s.Idempotent(ctx, "w", "other", unexpected)
		refused(t, err, care.Invalid, store.RuleKeyReused)
		if _, err := s.Idempotent(ctx, "w", "h", do); err != nil {
			t.Error(err)
		}
		return 201, []byte(`{"n":1}`), nil
	})
	if err != nil || done != 3 {
		t.Errorf("done %d times, %v", done, err)
	}

	n, err := s.ForgetAnswers(ctx, monday.Add(time.Second))
	if err != nil || n != 3 {
		t.Errorf("forgot %d, %v; want 3", n, err)
	}
}

func TestMigrateTwiceIsOnce(t *testing.T) {
	dsn := storetest.Database(t)
	from, to, err := store.Migrate(t.Context(), dsn, nil)
	if err != nil || from != to || to < 1 {
		t.Errorf("got %d to %d, %v", from, to, err)
	}
	execute(t, dsn, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, true)")
	_, _, err = store.Migrate(t.Context(), dsn, nil)
	refused(t, err, care.Conflict, "")
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	_, err := store.Open(t.Context(), store.Config{DSN: "postgres://user:secret@host:port/x"})
	refused(t, err, care.Invalid, "")
	_, err = store.Open(t.Context(), store.Config{DSN: "host=/nowhere user=x"})
	refused(t, err, care.Unavailable, "")
	_, _, err = store.Migrate(t.Context(), "host=/nowhere user=x", nil)
	refused(t, err, care.Unavailable, "")
}
