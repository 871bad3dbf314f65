package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"throughline/pathways"
	"throughline/pathways/engine"
)

// Pathways that scenarios begin with more often than with others.
const (
	afterStay = "post-discharge-tcm"
	afterNeed = "social-need-referral"
)

// launch begins a scenario on the server, and says to the simulator with what. Of eight, three begin
// with a stay, one with a need; four are asked for, one of them of rare things.
func (d *differential) launch(p *person) error {
	switch p.number % 8 {
	case 0, 2, 4:
		return d.launchByStay(p)
	case 6:
		return d.launchByNeed(p)
	case 7:
		return d.launchRare(p)
	}
	e := d.engines[p.askedFor()]
	return d.launchByRequest(p, e, "", p.launchFacts(e.Definition()))
}

// askedFor chooses among the library's pathways one that no scenario here begins with otherwise.
func (p *person) askedFor() string {
	others := slices.DeleteFunc(slices.Clone(p.d.library), func(key string) bool { return key == afterStay || key == afterNeed })
	return others[(p.number/8*3+p.number%8/2)%len(others)]
}

// launchByStay lets the hospital tell of a discharge. Where diagnoses start a pathway, they often come
// later.
func (d *differential) launchByStay(p *person) error {
	left := d.now.Add(-time.Duration(2+p.rng.IntN(40)) * time.Hour).Truncate(time.Minute)
	kind := pickOne(p, stayFor)
	st := p.newStay(left.AddDate(0, 0, -3))
	st.class, st.discharged, st.disposition = kind.class, left, pickOne(p, []string{"01", "01", "01", "06", ""})
	if kind.class == "E" || p.chance(60) {
		st.diagnoses = kind.diagnoses
	}
	if err := d.tell(p, p.send(st, "A03", left.Add(10*time.Minute))); err != nil {
		return err
	}
	if len(p.twins) == 0 {
		return fmt.Errorf("a discharge (%+v) starts nothing", kind)
	}
	return nil
}

// register lets the hospital tell of a patient who comes to be seen.
func (d *differential) register(p *person) error {
	st := p.newStay(d.now.Truncate(time.Minute))
	st.class = "O"
	return d.tell(p, p.send(st, "A04", st.admitted))
}

func (d *differential) launchByNeed(p *person) error {
	need := pickOne(p, []string{"transportation-insecurity", "food-insecurity", "utility-insecurity", "stress"})
	e := d.engines[afterNeed]
	return d.launchByRequest(p, e, need, p.launchFacts(e.Definition()))
}

// launchRare begins the pathway of rare things, now and then beside one that excludes what it starts.
func (d *differential) launchRare(p *person) error {
	if p.chance(30) {
		if err := d.launchByRequest(p, d.engines["quiet-weeks"], "", map[string]any{}); err != nil {
			return err
		}
	}
	e := d.engines["all-that-is-rare"]
	return d.launchByRequest(p, e, "", p.launchFacts(e.Definition()))
}

// tell lets something be told that is no enrollment's own.
func (d *differential) tell(p *person, act *what) error {
	a, err := d.sent(act.method, act.path, act.body)
	if err != nil {
		return err
	}
	p.notef("%s %s %s: %d", d.now.Format(time.RFC3339), act.event.Kind, textOf(act.body), a.status)
	if a.status > 299 {
		return fmt.Errorf("%s %s: %s", act.method, act.path, a)
	}
	d.tally.add(string(act.event.Kind))
	return act.means()
}

// launchByRequest asks for a pathway with the facts that it must have, and with some of those that it
// may have.
func (d *differential) launchByRequest(p *person, e *engine.Engine, need string, facts map[string]any) error {
	if p.patient == "" {
		if err := d.register(p); err != nil {
			return err
		}
	}
	const why = "asked for by a test"
	body := map[string]any{"patient_id": p.patient, "pathway": e.Definition().Pathway, "reason": why, "facts": facts}
	if need != "" {
		body["need"] = need
	}
	a, err := d.sent(http.MethodPost, "/enrollments", body)
	if err != nil || a.status > 299 {
		return fmt.Errorf("enrolling a patient: %s, %w", a, err)
	}
	var made struct{ ID string }
	if err := json.Unmarshal(a.body, &made); err != nil {
		return fmt.Errorf("reading the new enrollment: %w", err)
	}
	p.notef("%s is asked for: %s %s", e.Definition().Pathway, need, textOf(facts))
	l := p.launch(d.now)
	l.EnrollmentID, l.Need, l.Facts = made.ID, need, given(facts)
	p.begin(e, engine.Event{Kind: engine.Started, Actor: theAdmin, Reason: why, Launch: &l})
	return nil
}

// theTest is the code of the result that a scenario is about, where its pathway asks for one.
const theTest = "POT"

// launchFacts are what a person may know who asks for the pathway.
func (p *person) launchFacts(def *pathways.Definition) map[string]any {
	facts, now := map[string]any{}, p.d.now
	day := now.In(time.FixedZone("about Eastern", -5*3600)).AddDate(0, 0, -p.rng.IntN(3))
	for _, f := range def.Facts {
		if f.From == "event.need" || len(f.From) > 8 && f.From[:8] == "patient." || !f.Required && p.chance(50) {
			continue
		}
		switch f.Type {
		case pathways.TypeDate:
			facts[f.Name] = day.Format(time.DateOnly)
		case pathways.TypeDateTime:
			facts[f.Name] = now.Add(-time.Duration(p.rng.IntN(40)) * time.Minute).UTC().Truncate(time.Minute).Format(time.RFC3339)
		case pathways.TypeBool:
			facts[f.Name] = p.chance(60)
		case pathways.TypeCode:
			facts[f.Name] = pickOne(p, f.Values)
		case pathways.TypeString:
			if f.Required {
				facts[f.Name] = theTest
			}
		}
	}
	return facts
}

func (d *differential) findPatient(p *person) error {
	a, err := d.sent(http.MethodPost, "/patients/search", map[string]any{"identifier": p.mrn})
	if err != nil {
		return err
	}
	var found struct{ Items []patient }
	if err := json.Unmarshal(a.body, &found); err != nil {
		return fmt.Errorf("looking for the patient: %w", err)
	}
	if len(found.Items) != 1 {
		return errors.New("the server does not know the patient, or knows two")
	}
	p.patient = found.Items[0].ID
	return nil
}
