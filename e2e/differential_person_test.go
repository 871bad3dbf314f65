package e2e

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"throughline/care"
	"throughline/intake/router"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// person is the patient of one scenario, with every enrollment that they have.
type person struct {
	d       *differential
	number  int
	rng     *rand.Rand
	mrn     string
	patient string       // the server's id
	about   care.Patient // what the server was told of them, as far as pathways may know it
	stays   []*hospitalStay
	twins   []*twin
	asked   map[string]engine.SubLaunch // what steps want started, by the id of the answer
	did     []string
	differs string // why the scenario is over before its time
}

func (d *differential) newPerson(number int, rng *rand.Rand) *person {
	return &person{d: d, number: number, rng: rng, mrn: fmt.Sprintf("TWIN-%04d", number), asked: map[string]engine.SubLaunch{}}
}

func (p *person) story() string { return strings.Join(p.did, "\n") }

func (p *person) notef(format string, args ...any) {
	p.did = append(p.did, fmt.Sprintf(format, args...))
}

func (p *person) chance(percent int) bool { return p.rng.IntN(100) < percent }

func pickOne[T any](p *person, from []T) T { return from[p.rng.IntN(len(from))] }

// later is a time within some days, in whole minutes.
func (p *person) later(days int) time.Time {
	return p.d.now.Add(time.Duration(1+p.rng.IntN(days*24)) * time.Hour).UTC().Truncate(time.Minute)
}

// twin gives the enrollment with the id; nil where the patient has none.
func (p *person) twin(id string) *twin {
	i := slices.IndexFunc(p.twins, func(w *twin) bool { return w.id == id })
	if i < 0 {
		return nil
	}
	return p.twins[i]
}

// active gives the enrollments that have begun and not ended, the oldest first.
func (p *person) active() []*twin {
	return slices.DeleteFunc(slices.Clone(p.twins), func(w *twin) bool { return w.ended() || w.world.State.Status == "" })
}

// rest lets every enrollment take what it was told and what changed nothing.
func (p *person) rest() error {
	for _, w := range p.twins {
		if err := w.rest(); err != nil {
			return fmt.Errorf("%s: %w", w.pathway(), err)
		}
	}
	return nil
}

// facts are what pathways may know of the patient.
func (p *person) facts(now time.Time) engine.PatientFacts {
	var stays []care.Encounter
	for _, st := range p.stays {
		stays = append(stays, st.now)
	}
	return router.FactsOf(&p.about, stays, now)
}

// launch is what every enrollment of the patient starts with.
func (p *person) launch(now time.Time) engine.Launch {
	const place = "America/New_York"
	l := engine.Launch{PatientID: p.patient, Patient: p.facts(now), Zone: place, Calendar: care.USFederalCalendar()}
	if p.about.Zone != "" && p.about.Zone != place {
		l.Zone, l.PlaceZone = p.about.Zone, place
	}
	return l
}

// excluded says why a pathway does not start beside what the patient is on; empty where it does.
func (p *person) excluded(def *pathways.Definition) string {
	for _, w := range p.active() {
		for _, x := range []*pathways.Relation{def.Exclusion(w.pathway()), w.engine.Definition().Exclusion(def.Pathway)} {
			if x != nil {
				return x.Because
			}
		}
	}
	return ""
}
