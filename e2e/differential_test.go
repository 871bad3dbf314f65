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
	differentialScenarios = 16  // unless THROUGHLINE_DIFFERENTIAL says otherwise
	differentialBeside    = 100 // patients side by side in one server
	differentialLeaps     = 12  // of time, before the two that end most pathways
	differentialHands     = 12  // requests at once

	differentialQuiet    = 90 * time.Second // in which no turn is taken, and nothing comes any more: longer than any try that got lost
	differentialPatience = 5 * time.Minute  // for what is on its way; a machine with nothing else to do needs no second
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

// differential is one server with the patients of some scenarios, and a simulator for each of their
// enrollments.
type differential struct {
	*server
	t       *testing.T
	rng     *rand.Rand
	journal *pgx.Conn
	// directory has the services for each need, in the order in which they are asked.
	directory map[string][]engine.Candidate
	engines   map[string]*engine.Engine // of every pathway that the server has, in the version in force
	library   []string                  // those of them that ship
	people    []*person
	tally     *tally
	now       time.Time // the server's, at the last leap
}

func newDifferential(t *testing.T, seed uint64, first, n int) *differential {
	t.Helper()
	begins := differentialStarts[first/differentialBeside%len(differentialStarts)]
	s := start(t, options{args: []string{"--demo", "--demo-start", begins}})
	d := &differential{
		server: s, t: t, rng: rand.New(rand.NewPCG(seed, uint64(first))), journal: s.database(t, "throughline"),
		engines: map[string]*engine.Engine{},
	}
	d.directory = d.servicesByNeed()
	library, err := pathways.Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, def := range library {
		d.know(def)
		d.library = append(d.library, def.Pathway)
	}
	slices.Sort(d.library)
	d.publishRare()
	for i := range n {
		d.people = append(d.people, d.newPerson(first+i, rand.New(rand.NewPCG(seed, uint64(1_000_000+first+i)))))
	}
	return d
}

// know makes the engine of a definition that the server has in force.
func (d *differential) know(def *pathways.Definition) {
	d.t.Helper()
	var err error
	if d.engines[def.Pathway], err = engine.For(def); err != nil {
		d.t.Fatal(err)
	}
}

// twins are the enrollments of all patients whose stories agree so far.
func (d *differential) twins() []*twin {
	var all []*twin
	for _, p := range d.people {
		if p.differs == "" {
			all = append(all, p.twins...)
		}
	}
	return all
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
// again. In the end only the longest pathways still run, and the stories are compared.
func (d *differential) run() {
	began := time.Now()
	d.now = d.clockNow(d.t)
	d.each(d.launch)
	d.settle()
	for range differentialLeaps {
		d.leap(d.pass())
		d.each(d.act)
		d.settle()
	}
	d.each(d.leaveHospital)
	d.settle()
	d.leap(40 * 24 * time.Hour)
	d.leap(60 * 24 * time.Hour)
	d.each(d.compare)
	for _, p := range d.people {
		d.tally.add("scenarios")
		d.tally.addMany("enrollments", len(p.twins))
		if p.differs != "" {
			d.tally.add("scenarios that differ")
			d.t.Errorf("scenario %d differs:\n%s\nwhat was done:\n%s", p.number, p.differs, p.story())
		}
	}
	d.t.Logf("%d scenarios took %s", len(d.people), time.Since(began).Round(100*time.Millisecond))
}

// settle lets the simulators take what the server was told, and all that follows.
func (d *differential) settle() {
	d.readJournal()
	d.each((*person).rest)
	d.follow()
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
func (d *differential) each(do func(*person) error) {
	var group sync.WaitGroup
	hands := make(chan struct{}, differentialHands)
	for _, p := range d.people {
		if p.differs != "" {
			continue
		}
		hands <- struct{}{}
		group.Go(func() {
			defer func() { <-hands }()
			if err := do(p); err != nil {
				p.differs = err.Error()
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
	for _, w := range d.twins() {
		w.world.Now = d.now // where nothing was due, no turn says how late it is
		// What was due in the time that was skipped must have been done; some seconds are the server's.
		if wake := w.world.Engine.Wake(w.world.State); wake != nil && wake.Before(d.now.Add(-30*time.Second)) {
			w.differs = fmt.Sprintf("at %s the server slept on, though %s was due at %s", d.now, w.pathway(), wake)
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
	quiet := time.AfterFunc(differentialQuiet, cancel)
	defer quiet.Stop()
	for {
		if d.readJournal() {
			quiet.Reset(differentialQuiet)
		}
		waiting := slices.DeleteFunc(d.twins(), (*twin).settled)
		if len(waiting) == 0 {
			return
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			for _, w := range waiting {
				w.differs = fmt.Sprintf("%s does not settle: %d answers in the simulator, %d on the server; not taken: %v %v; held back: %s",
					w.pathway(), w.simulated, w.answered, kindsOf(w.pending), kindsOf(w.coming), w.heldBack)
			}
			return
		}
	}
}

// sent is what became of a request.
func (d *differential) sent(method, path string, body any) (answer, error) {
	return d.send(d.t.Context(), method, path, body)
}

// theAdmin is who acts in these scenarios, as the server knows them.
var theAdmin = care.Actor{Kind: care.Person, ID: "admin", Role: "administrator"}

// addMany counts several at once.
func (c *tally) addMany(what string, n int) {
	for range n {
		c.add(what)
	}
}
