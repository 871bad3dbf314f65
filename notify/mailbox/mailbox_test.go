package mailbox_test

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
	"throughline/notify"
	"throughline/notify/mailbox"
	"throughline/notify/notifytest"
)

var (
	sender = mail.Address{Name: "Clinic", Address: "care@clinic.example"}
	start  = time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
)

// clock moves a minute with each look.
func clock() func() time.Time {
	var mu sync.Mutex
	at := start
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		at = at.Add(time.Minute)
		return at
	}
}

func open(t *testing.T, path string) *mailbox.Dir {
	t.Helper()
	dir, err := mailbox.OpenDir(path, sender, clock())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func message(id string) notify.Message {
	return notify.Message{
		ID: id, To: notify.Address{Name: "Ana", Email: "ana@example.org"},
		Subject: "Subject of " + id, Text: "Text of " + id, HTML: "<p>" + id + "</p>", Language: "es",
	}
}

func put(t *testing.T, dir *mailbox.Dir, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if err := dir.Put(t.Context(), message(id)); err != nil {
			t.Fatal(err)
		}
	}
}

// faulty is a Store that can be made to refuse.
type faulty struct {
	mailbox.Store
	err error
}

func (f *faulty) Put(ctx context.Context, m notify.Message) error {
	if f.err != nil {
		return f.err
	}
	return f.Store.Put(ctx, m)
}

func TestConforms(t *testing.T) {
	notifytest.Conform(t, func(t *testing.T) notifytest.Rig {
		dir := open(t, filepath.Join(t.TempDir(), "mailbox"))
		store := &faulty{Store: dir}
		return notifytest.Rig{
			Channel:       mailbox.New(store, time.Now),
			Arrived:       func() []notifytest.Seen { return seen(t, dir) },
			RefuseForGood: func() { store.err = care.Errorf(care.Forbidden, "this mailbox is closed") },
			RefuseForNow:  func() { store.err = errors.New("writing for someone@example.org: the disk is full") },
			To:            notify.Address{Email: "ana@example.org"},
			KeepsOne:      true,
		}
	})
}

func seen(t *testing.T, dir *mailbox.Dir) []notifytest.Seen {
	t.Helper()
	page, err := dir.List(t.Context(), mailbox.MaxLimit, "")
	if err != nil {
		t.Fatal(err)
	}
	var all []notifytest.Seen
	for _, item := range page.Items {
		entry, err := dir.Get(t.Context(), item.Key)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(item.Header, entry.Header); diff != "" {
			t.Errorf("the list and the mail disagree: %s", diff)
		}
		all = append(all, notifytest.Seen{
			Identity: entry.MessageID, Subject: entry.Subject, Text: entry.Text, HTML: entry.HTML, Recipients: 1,
		})
	}
	slices.Reverse(all)
	return all
}

func subjects(page mailbox.Page) []string {
	var all []string
	for _, item := range page.Items {
		all = append(all, item.Subject)
	}
	return all
}

func TestFilesArePrivateAndComplete(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mailbox")
	put(t, open(t, path), "m-1", "m-2", "m-1")
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 2 {
		t.Fatalf("%d files for two messages", len(entries))
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != 0o600 || !strings.HasSuffix(entry.Name(), ".eml") {
			t.Errorf("%s has mode %v", entry.Name(), info.Mode())
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the directory has mode %v", info.Mode())
	}
}

func TestTheFirstOfTwoWins(t *testing.T) {
	dir := open(t, t.TempDir())
	put(t, dir, "m-1")
	before, err := dir.Get(t.Context(), mailbox.KeyOf("m-1"))
	if err != nil {
		t.Fatal(err)
	}
	changed := message("m-1")
	changed.Text = "another text"
	if err := dir.Put(t.Context(), changed); err != nil {
		t.Fatal(err)
	}
	after, err := dir.Get(t.Context(), mailbox.KeyOf("m-1"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Error(diff)
	}
}

// TestTwoProcesses: two that share a directory put the same messages at the same time.
func TestTwoProcesses(t *testing.T) {
	path := t.TempDir()
	var group sync.WaitGroup
	for range 2 {
		dir := open(t, path)
		for i := range 20 {
			group.Go(func() {
				if err := dir.Put(t.Context(), message(fmt.Sprintf("m-%d", i))); err != nil {
					t.Error(err)
				}
			})
		}
	}
	group.Wait()
	if n, err := open(t, path).Count(t.Context()); err != nil || n != 20 {
		t.Errorf("%d mails (%v), want 20", n, err)
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 20 {
		t.Errorf("%d files, want 20: something was left behind", len(entries))
	}
}

func TestPagesAreStableWhileMailArrives(t *testing.T) {
	path := t.TempDir()
	dir := open(t, path)
	put(t, dir, "m-1", "m-2", "m-3", "m-4", "m-5")
	first, err := dir.List(t.Context(), 2, "")
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, "m-6")
	second, err := dir.List(t.Context(), 2, first.Next)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(path, second.Items[1].Key+".eml")); err != nil {
		t.Fatal(err)
	}
	third, err := dir.List(t.Context(), 2, second.Next)
	if err != nil {
		t.Fatal(err)
	}
	got := [][]string{subjects(first), subjects(second), subjects(third)}
	want := [][]string{
		{"Subject of m-5", "Subject of m-4"}, {"Subject of m-3", "Subject of m-2"}, {"Subject of m-1"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if third.Next != "" {
		t.Error("the last page says there is another")
	}
	if !second.Items[0].At.After(third.Items[0].At) {
		t.Error("the items' times aren't newest first")
	}
}

func TestBadCursorAndKey(t *testing.T) {
	dir := open(t, t.TempDir())
	for _, cursor := range []string{"x", "12", "12-../../etc/passwd", "-" + mailbox.KeyOf("m-1")} {
		if _, err := dir.List(t.Context(), 0, cursor); care.CodeOf(err) != care.Invalid {
			t.Errorf("cursor %q: %v", cursor, err)
		}
	}
	for _, key := range []string{"", "../secret", mailbox.KeyOf("nobody")} {
		if _, err := dir.Get(t.Context(), key); care.CodeOf(err) != care.NotFound {
			t.Errorf("key %q: %v", key, err)
		}
	}
}

func TestOtherFilesAreLeftAlone(t *testing.T) {
	path := t.TempDir()
	for _, name := range []string{"notes.txt", ".new-123", "short.eml"} {
		if err := os.WriteFile(filepath.Join(path, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	page, err := open(t, path).List(t.Context(), 0, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Items) != 0 {
		t.Errorf("listed %v", subjects(page))
	}
}

func TestOpenDirRefusesABadSender(t *testing.T) {
	if _, err := mailbox.OpenDir(t.TempDir(), mail.Address{Address: "nobody"}, clock()); care.CodeOf(err) != care.Invalid {
		t.Errorf("got %v", err)
	}
}
