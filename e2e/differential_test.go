package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// The size of a differential run.
const (
	differentialScenarios = 40  // unless THROUGHLINE_DIFFERENTIAL says otherwise
	differentialBeside    = 100 // patients side by side in one server
	differentialLeaps     = 12  // of time, before the two that end every pathway
	differentialHands     = 12  // requests at once

	differentialPatience = 5 * time.Minute // for what is on its way; a machine with nothing else to do needs no second
)

// differentialStarts are when a server's time may begin: before clock changes, holidays and a new year.
var differentialStarts = []string{
	"2025-11-19T12:00:00-05:00", "2026-02-20T12:00:00-05:00", "2025-10-20T12:00:00-04:00",
	"2025-12-15T12:00:00-05:00", "2026-06-22T12:00:00-04:00",
}

// Random scenarios run through the simulator and through the real server, with its time skipped,
// tell the same story: every line of the timeline with its text, kind, cause, actor and times,
// every task and referral as it stands at the end, and every refusal with its words.
//
// Both sides get the same scenario. From the server the simulator takes only what is chance there:
// the ids of patient and enrollment, and at which instant each turn was taken. When a channel
// answers is chance too: the answers of messages are compared without their time and order.
func TestSimulatorAndServerTellTheSameStory(t *testing.T) {
	t.Parallel()
	scenarios := setNumber(t, "THROUGHLINE_DIFFERENTIAL", differentialScenarios)
	seed := uint64(setNumber(t, "E2E_SEED", 1))
	t.Logf("%d scenarios; to run the same again, set THROUGHLINE_DIFFERENTIAL=%d E2E_SEED=%d", scenarios, scenarios, seed)
	var done tally
	for first := 0; first < scenarios; first += differentialBeside {
		n := min(differentialBeside, scenarios-first)
		t.Run(fmt.Sprintf("%d to %d", first, first+n-1), func(t *testing.T) {
			d := newDifferential(t, seed, first, n)
			d.tally = &done
			d.run()
		})
	}
	t.Logf("what happened: %v", done.n)
}

func setNumber(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		t.Fatalf("%s=%q is no number", name, text)
	}
	return n
}

// differential is one server with the patients of some scenarios, and a simulator for each of them.
type differential struct {
	*server
	t       *testing.T
	rng     *rand.Rand
	journal *pgx.Conn
	// directory has the services for each need, in the order in which they are asked.
	directory map[string][]engine.Candidate
	twins     []*twin
	tally     *tally
	now       time.Time // the server's, at the last leap
}

func newDifferential(t *testing.T, seed uint64, first, n int) *differential {
	t.Helper()
	begins := differentialStarts[first/differentialBeside%len(differentialStarts)]
	s := start(t, options{args: []string{"--demo", "--demo-start", begins}})
	d := &differential{server: s, t: t, rng: rand.New(rand.NewPCG(seed, uint64(first))), journal: s.database(t, "throughline")}
	d.directory = d.servicesByNeed()
	library, err := pathways.Library()
	if err != nil {
		t.Fatal(err)
	}
	engines := map[string]*engine.Engine{}
	for _, def := range library {
		if engines[def.Pathway], err = engine.For(def); err != nil {
			t.Fatal(err)
		}
	}
	for i := range n {
		number := first + i
		w := &twin{number: number, rng: rand.New(rand.NewPCG(seed, uint64(1_000_000+number))), mrn: fmt.Sprintf("TWIN-%04d", number)}
		w.engine = engines[pathwayFor(number, library)]
		d.twins = append(d.twins, w)
	}
	return d
}

// servicesByNeed reads the directory. All of the demonstration's services speak English, so they are
// asked by their names.
func (d *differential) servicesByNeed() map[string][]engine.Candidate {
	type known struct {
		ID, Name string
		Needs    []string
	}
	all := list[known](d.t, d.client, "/services")
	slices.SortFunc(all, func(a, b known) int { return strings.Compare(a.Name, b.Name) })
	directory := map[string][]engine.Candidate{}
	for _, s := range all {
		for _, need := range s.Needs {
			directory[need] = append(directory[need], engine.Candidate{ServiceID: s.ID, Name: s.Name})
		}
	}
	return directory
}

// run plays the scenarios: time leaps, everything settles, each patient meets with something, and
// again. In the end no pathway runs any more, and the stories are compared.
func (d *differential) run() {
	began := time.Now()
	d.now = d.clockNow(d.t)
	d.each(d.launch)
	d.follow()
	for range differentialLeaps {
		d.leap(d.pass())
		d.each(d.act)
		d.readJournal()
		d.each((*twin).rest)
		d.follow()
	}
	d.leap(40 * 24 * time.Hour)
	d.leap(60 * 24 * time.Hour)
	d.each(d.compare)
	for _, w := range d.twins {
		d.tally.add("scenarios")
		if w.differs != "" {
			d.tally.add("scenarios that differ")
			d.t.Errorf("scenario %d differs:\n%s\nwhat was done:\n%s", w.number, w.differs, w.story())
		}
	}
	d.t.Logf("%d scenarios took %s", len(d.twins), time.Since(began).Round(100*time.Millisecond))
}

// pass is how long nothing happens: mostly some hours, now and then days.
func (d *differential) pass() time.Duration {
	switch n := d.rng.IntN(100); {
	case n < 30:
		return time.Duration(35+d.rng.IntN(260)) * time.Minute
	case n < 75:
		return time.Duration(6*60+d.rng.IntN(24*60)) * time.Minute
	}
	return time.Duration(30*60+d.rng.IntN(70*60)) * time.Minute
}

// each does something for every patient, some side by side. What went wrong is the scenario's.
func (d *differential) each(do func(*twin) error) {
	var group sync.WaitGroup
	hands := make(chan struct{}, differentialHands)
	for _, w := range d.twins {
		if w.differs != "" {
			continue
		}
		hands <- struct{}{}
		group.Go(func() {
			defer func() { <-hands }()
			if err := do(w); err != nil {
				w.differs = err.Error()
			}
		})
	}
	group.Wait()
}

// leap skips time, and lets the simulators follow.
func (d *differential) leap(by time.Duration) {
	d.must(d.t, http.MethodPost, "/demo/clock", map[string]string{"advance": fmt.Sprintf("%d minutes", int(by/time.Minute))})
	d.follow()
	d.now = d.clockNow(d.t)
	for _, w := range d.twins {
		if w.differs != "" {
			continue
		}
		w.world.Now = d.now // where nothing was due, no turn says how late it is
		// What was due in the time that was skipped must have been done; some seconds are the server's.
		if wake := w.world.Engine.Wake(w.world.State); wake != nil && wake.Before(d.now.Add(-30*time.Second)) {
			w.differs = fmt.Sprintf("at %s the server slept on, though something was due at %s", d.now, wake)
		}
	}
}

// follow lets every simulator take the turns that the server took, until nothing is on its way: every
// answer that the simulator had from its world has come on the server too.
func (d *differential) follow() {
	ctx, cancel := context.WithTimeout(d.t.Context(), differentialPatience)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		d.readJournal()
		waiting := slices.DeleteFunc(slices.Clone(d.twins), func(w *twin) bool { return w.differs != "" || w.settled() })
		if len(waiting) == 0 {
			return
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			for _, w := range waiting {
				w.differs = fmt.Sprintf("it does not settle: %d answers in the simulator, %d on the server; not taken: %v", w.simulated, w.answered, kindsOf(w.pending))
			}
			return
		}
	}
}

func kindsOf(events []engine.Event) []engine.EventKind {
	var kinds []engine.EventKind
	for _, ev := range events {
		kinds = append(kinds, ev.Kind)
	}
	return kinds
}

// addMany counts several at once.
func (c *tally) addMany(what string, n int) {
	for range n {
		c.add(what)
	}
}

// turnRow is what the simulator is told of a turn of the server: which event, and when.
type turnRow struct {
	Enrollment string
	Seq        int64
	EventID    string
	Kind       string
	At         time.Time
	Into       string // the other patient or enrollment that the event names
	Offset     int64  // how far the demonstration's clock is moved
}

// readJournal lets the simulators take the turns that are new.
func (d *differential) readJournal() {
	ids, read := []string{}, []int64{}
	byID := map[string]*twin{}
	for _, w := range d.twins {
		if w.id != "" {
			ids, read = append(ids, w.id), append(read, w.read)
			byID[w.id] = w
		}
	}
	// The column recorded_at has microseconds; the turn's own time is in what it led to.
	const query = `SELECT j.enrollment_id::text, j.seq, j.event_id, j.event_kind,
			COALESCE(jsonb_path_query_first(j.effects, '$[*].timeline.recorded_at')#>>'{}', jsonb_path_query_first(j.effects, '$[*].transition.recorded_at')#>>'{}', to_json(j.recorded_at)#>>'{}'),
			COALESCE(j.event->>'into', ''), COALESCE((j.event->>'offset')::bigint, 0)
		FROM unnest($1::uuid[], $2::bigint[]) AS known (id, seq)
		JOIN journal j ON j.enrollment_id = known.id AND j.seq > known.seq ORDER BY 1, 2`
	rows, err := d.journal.Query(d.t.Context(), query, ids, read)
	if err != nil {
		d.t.Fatal(err)
	}
	var row turnRow
	var at string
	_, err = pgx.ForEachRow(rows, []any{&row.Enrollment, &row.Seq, &row.EventID, &row.Kind, &at, &row.Into, &row.Offset}, func() (err error) {
		if row.At, err = time.Parse(time.RFC3339Nano, at); err != nil {
			return err
		}
		w := byID[row.Enrollment]
		if w.differs != "" {
			return nil
		}
		if err := w.take(row); err != nil {
			w.differs = err.Error()
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// sent is what became of a request.
func (d *differential) sent(method, path string, body any) (answer, error) {
	return d.send(d.t.Context(), method, path, body)
}

// the actors of these scenarios, as the server knows them.
var (
	theHospital = care.Actor{Kind: care.System, ID: "ADT/" + hospital}
	theAdmin    = care.Actor{Kind: care.Person, ID: "admin", Role: "administrator"}
)
