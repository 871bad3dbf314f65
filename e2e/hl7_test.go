package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Every real message is taken in, acknowledged and found again with its fate; all of them a second
// time change nothing.
func TestRealHL7Messages(t *testing.T) {
	t.Parallel()
	s := start(t, options{})
	files := realMessages(t)
	acknowledged := 0
	for _, f := range files {
		acknowledged += f.postedTo(t, s)
	}
	t.Logf("%d files, %d messages", len(files), acknowledged)
	await(t, "every message has its fate", func() (bool, string) {
		waiting := list[inbound](t, s.client, "/intake/messages?status=received")
		return len(waiting) == 0, fmt.Sprintf("%d wait", len(waiting))
	})
	all := list[inbound](t, s.client, "/intake/messages")
	t.Logf("their fates: %v", fates(all))
	for _, m := range all {
		if m.Status != "applied" && m.Reason == "" {
			t.Errorf("the message %s (%s) is %s and nothing says why", m.ControlID, m.Kind, m.Status)
		}
	}
	for _, f := range files {
		f.foundAmong(t, all)
	}

	before := counted(t, s)
	for _, f := range files {
		f.postedTo(t, s)
	}
	if diff := cmp.Diff(before, counted(t, s)); diff != "" {
		t.Errorf("the same messages again changed something (-before +after):\n%s", diff)
	}
}

func fates(all []inbound) map[string]int {
	n := map[string]int{}
	for _, m := range all {
		n[m.Status]++
	}
	return n
}

// counted gives how much there is of everything that a message can lead to.
func counted(t *testing.T, s *server) map[string]int {
	t.Helper()
	n := map[string]int{}
	for _, what := range []string{"/intake/messages", "/patients", "/enrollments", "/tasks", "/messages", "/referrals", "/escalations"} {
		n[what] = len(list[struct{}](t, s.client, what))
	}
	return n
}

// hl7File is a file of messages that nobody on the project wrote.
type hl7File struct {
	name     string
	raw      []byte
	messages int // as the index counts them
}

// realMessages reads the files that the index names.
func realMessages(t *testing.T) []hl7File {
	t.Helper()
	folder := corpus(t, "03-hl7v2")
	in, err := os.Open(filepath.Join(folder, "INDEX.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	rows, err := csv.NewReader(in).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var files []hl7File
	for _, row := range rows[1:] {
		messages, err := strconv.Atoi(row[1])
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, hl7File{name: row[0], raw: contents(t, filepath.Join(data, row[0])), messages: messages})
	}
	return files
}

// contents reads a file, compressed or not.
func contents(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var in io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// postedTo posts the file and checks the acknowledgements: one for each message, in order, each with
// the message's control id.
func (f hl7File) postedTo(t *testing.T, s *server) int {
	t.Helper()
	acks := s.hl7(t, f.raw)
	if f.messages == 0 {
		if len(acks) != 1 || acks[0].code != "AR" {
			t.Errorf("%s holds no message and was answered %+v", f.name, acks)
		}
		return 0
	}
	var got []string
	for _, a := range acks {
		got = append(got, a.control)
	}
	if want := f.controls(); f.legible() && !slices.Equal(got, want) {
		t.Errorf("%s: acknowledged %q, want %q", f.name, got, want)
	}
	if len(acks) != f.messages {
		t.Errorf("%s: %d acknowledgements for %d messages", f.name, len(acks), f.messages)
	}
	return len(acks)
}

// legible tells whether the file is text in a superset of ASCII, which can be read here.
func (f hl7File) legible() bool { return !bytes.ContainsRune(f.raw, 0) }

// controls reads every message's control id (MSH-10).
func (f hl7File) controls() []string {
	var ids []string
	for _, line := range bytes.FieldsFunc(f.raw, func(r rune) bool { return r == '\r' || r == '\n' || r == '\v' || r == 0x1c }) {
		line = bytes.TrimPrefix(line, []byte("\ufeff"))
		if !bytes.HasPrefix(line, []byte("MSH")) || len(line) < 4 {
			continue
		}
		fields := bytes.Split(line, line[3:4])
		id := ""
		if len(fields) > 9 {
			id = string(bytes.TrimSpace(fields[9]))
		}
		ids = append(ids, id)
	}
	return ids
}

// foundAmong checks that every message with a control id is in the inbox.
func (f hl7File) foundAmong(t *testing.T, all []inbound) {
	t.Helper()
	if f.messages == 0 || !f.legible() {
		return
	}
	known := map[string]bool{}
	for _, m := range all {
		known[m.ControlID] = true
	}
	for _, id := range f.controls() {
		if id != "" && !known[id] {
			t.Errorf("%s: the message %q is not in the inbox, where there are %d", f.name, id, len(slices.Collect(maps.Keys(known))))
		}
	}
}
