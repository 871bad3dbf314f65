package hl7v2

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
)

// corpus is the folder of real messages beside the project.
const corpus = "../../../shared/data/03-hl7v2"

var testNow = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func newYork(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatalf("loading the zone: %v", err)
	}
	return zone
}

// realFile reads a file of the corpus, and skips the test where there is no corpus.
func realFile(t testing.TB, path string) []byte {
	t.Helper()
	f, err := os.Open(filepath.Join(corpus, path))
	if os.IsNotExist(err) {
		t.Skipf("the real messages are not beside the project (%s)", corpus)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
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

// indexRow is what INDEX.csv says of one file.
type indexRow struct {
	path     string
	messages int
	events   map[string]int
}

func index(t *testing.T) []indexRow {
	t.Helper()
	records, err := csv.NewReader(bytes.NewReader(realFile(t, "INDEX.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []indexRow
	for _, rec := range records[1:] {
		n, err := strconv.Atoi(rec[1])
		if err != nil {
			t.Fatal(err)
		}
		row := indexRow{path: strings.TrimPrefix(rec[0], "03-hl7v2/"), messages: n, events: map[string]int{}}
		for part := range strings.SplitSeq(rec[2], ";") {
			event, times, found := strings.Cut(strings.TrimSpace(part), " x")
			count := 1
			if found {
				count, _ = strconv.Atoi(times)
			}
			if event != "" {
				row.events[event] += count
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// Every file of the corpus: the messages the index counts, an acknowledgement for each, a fate
// for each, and the same key a second time.
func TestEveryRealMessageIsAnsweredAndHasAFate(t *testing.T) {
	opt := Options{Zone: newYork(t)}
	total := 0
	for _, row := range index(t) {
		t.Run(row.path, func(t *testing.T) {
			batch, err := Split(realFile(t, row.path))
			if err != nil {
				t.Fatal(err)
			}
			if row.messages == 0 {
				if code := ackCode(t, Receive(batch.Messages[0], opt, testNow).Ack(testNow, nil)); code != "AR" {
					t.Errorf("no message in the file: acknowledged with %s, want AR", code)
				}
				return
			}
			if len(batch.Messages) != row.messages {
				t.Fatalf("%d messages, the index says %d", len(batch.Messages), row.messages)
			}
			total += len(batch.Messages)
			events := map[string]int{}
			for i, raw := range batch.Messages {
				r := Receive(raw, opt, testNow)
				events[r.Inbound.Kind]++
				checkFate(t, i, r)
				if again := Receive(append([]byte("\ufeff"), bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n"))...), opt, testNow); !bytes.Contains(raw, []byte("\r")) && again.Key != r.Key {
					t.Errorf("message %d: other line ends, other key", i+1)
				}
			}
			if diff := cmp.Diff(row.events, events); diff != "" {
				t.Errorf("events (-index +read):\n%s", diff)
			}
		})
	}
	if total != 804 {
		t.Errorf("%d messages in all, want 804", total)
	}
}

// checkFate asserts what holds of every message: acknowledged as its error says, and either of
// use, ignored with a sentence, or failed with a place.
func checkFate(t *testing.T, i int, r Receipt) {
	t.Helper()
	code := ackCode(t, r.Ack(testNow, nil))
	if (r.Err == nil) != (code == "AA") {
		t.Errorf("message %d: acknowledged %s with error %v", i+1, code, r.Err)
	}
	in := r.Inbound
	useful := in.Patient != nil || len(in.Merges)+len(in.Encounters)+len(in.Appointments)+len(in.Observations) > 0
	switch {
	case r.Err != nil:
		if f := faultOf(r.Err); f.Segment == "" || care.CodeOf(r.Err) != care.Invalid {
			t.Errorf("message %d: the error names no place: %v", i+1, r.Err)
		}
	case in.Ignored != "" && useful:
		t.Errorf("message %d: ignored, and yet something to do", i+1)
	case in.Ignored == "" && !useful:
		t.Errorf("message %d: neither of use nor ignored", i+1)
	}
	if r.Err == nil && in.OccurredAt.IsZero() {
		t.Errorf("message %d: no time", i+1)
	}
}

// ackCode reads MSA-1 of an acknowledgement, with our own parser.
func ackCode(t testing.TB, ack []byte) string {
	t.Helper()
	m, err := Parse(ack)
	if err != nil {
		t.Fatalf("the acknowledgement does not parse: %v\n%q", err, ack)
	}
	return m.Get("MSA-1")
}

// The fates of the corpus by kind, so that a change of what is understood shows.
func TestFatesOfTheCorpus(t *testing.T) {
	opt := Options{Zone: newYork(t)}
	fates := map[string]int{}
	for _, row := range index(t) {
		batch, err := Split(realFile(t, row.path))
		if err != nil {
			t.Fatal(err)
		}
		for _, raw := range batch.Messages {
			r := Receive(raw, opt, testNow)
			fate := "applied"
			switch {
			case r.Err != nil:
				f := faultOf(r.Err)
				fate = fmt.Sprintf("%s %d %s", f.Ack, f.Condition, f.Location())
			case r.Inbound.Ignored != "":
				fate = "ignored"
			}
			fates[fate]++
			fates["observations"] += len(r.Inbound.Observations)
			fates["critical"] += len(slices.DeleteFunc(r.Inbound.Observations, func(o care.ObservationReport) bool { return !o.Critical }))
			fates["stays"] += len(r.Inbound.Encounters)
			fates["appointments"] += len(r.Inbound.Appointments)
			fates["merges"] += len(r.Inbound.Merges)
		}
	}
	want := map[string]int{
		"applied": 732, "ignored": 35, "AE 101 PID-3": 35, "AR 200 MSH-9": 1, "AR 203 MSH-12": 1,
		"AR 100 MSH":   1, // the file without MSH
		"observations": 2084, "critical": 4, "stays": 296, "appointments": 14, "merges": 4,
	}
	if diff := cmp.Diff(want, fates); diff != "" {
		t.Errorf("fates (-want +got):\n%s", diff)
	}
}
