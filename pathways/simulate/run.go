package simulate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// DefaultZone is where nothing else is said.
const DefaultZone = "America/New_York"

// The ids of the one patient of a simulation, and of the stay that the enrollment follows.
var (
	enrollmentID = care.KeyID("simulated enrollment")
	patientID    = care.KeyID("simulated patient")
	ownStay      = care.KeyID("simulated stay")
)

// Run lets a scenario happen. The error says that it could not be run; what came otherwise than
// expected is in the result's Failures.
func Run(def *pathways.Definition, s Scenario) (Result, error) {
	eng, err := engine.For(def)
	if err != nil {
		return Result{}, fmt.Errorf("scenario %q: %w", s.Name, err)
	}
	return runOn(eng, def, s)
}

func runOn(eng *engine.Engine, def *pathways.Definition, s Scenario) (Result, error) {
	p, err := newPlayer(eng, def, s)
	if err != nil {
		return Result{}, fmt.Errorf("scenario %q: %w", s.Name, err)
	}
	if err := p.play(); err != nil {
		return Result{line: p.wentAt}, fmt.Errorf("scenario %q: %w", s.Name, err)
	}
	return p.result(), nil
}

// player plays one scenario.
type player struct {
	def      *pathways.Definition
	scenario Scenario
	world    *World
	start    time.Time
	zone     *time.Location
	declined string // why the launch was declined
	revision int
	failures []string
	line     int // of the event that happens now, 0 outside of all
	wentAt   int // where the first failure came
}

func newPlayer(eng *engine.Engine, def *pathways.Definition, s Scenario) (*player, error) {
	zone, err := time.LoadLocation(cmp.Or(s.Zone, DefaultZone))
	if err != nil {
		return nil, fmt.Errorf("the zone: %w", err)
	}
	start, err := when(s.Start, time.Time{}, zone)
	if err != nil {
		return nil, fmt.Errorf("the start: %w", err)
	}
	p := &player{def: def, scenario: s, world: New(eng, start), start: start, zone: zone}
	for _, name := range s.Services {
		p.world.Services = append(p.world.Services, engine.Candidate{ServiceID: care.KeyID("service", name), Name: name})
	}
	p.world.Delivery = func(m care.Message) engine.Delivery {
		status := cmp.Or(s.Delivery[m.Purpose], care.MessageSent)
		return engine.Delivery{Status: status, Channel: "simulated"}
	}
	return p, nil
}

func (p *player) failf(format string, args ...any) {
	if len(p.failures) == 0 {
		p.wentAt = p.line
	}
	p.failures = append(p.failures, fmt.Sprintf(format, args...))
}

func (p *player) play() error {
	launch, err := p.launch()
	if err != nil {
		return fmt.Errorf("the launch: %w", err)
	}
	if d := p.world.Engine.Decide(launch); !d.Start && !p.scenario.Launch.ByHand {
		p.declined = d.Reason
		if expected := p.scenario.Expect.Started; expected == nil || *expected {
			p.failf("%s", p.notStarted())
			return nil
		}
		p.check("the launch", p.scenario.Expect)
		return nil
	}
	if err := p.world.Do(engine.Event{ID: "start", Kind: engine.Started, Actor: care.Actor{Kind: care.System, ID: "simulation"}, Launch: &launch}); err != nil {
		return fmt.Errorf("the launch: %w", err)
	}
	for i, act := range p.scenario.Events {
		name := fmt.Sprintf("event %d (%s)", i+1, strings.TrimSpace(act.At+" "+act.Do))
		p.line = act.Line
		if err := p.act(name, act); err != nil {
			p.wentAt = act.Line
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	p.line = 0
	if p.scenario.Until != "" {
		until, err := p.when(p.scenario.Until)
		if err != nil {
			return fmt.Errorf("until: %w", err)
		}
		if err := p.world.Sleep(until); err != nil {
			return err
		}
	}
	p.check("the end", p.scenario.Expect)
	return nil
}

func (p *player) when(text string) (time.Time, error) { return when(text, p.start, p.zone) }

// optional reads a moment that may be left out.
func (p *player) optional(text string) (*time.Time, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // no moment, and nothing wrong
	}
	t, err := p.when(text)
	return &t, err
}

func (p *player) launch() (engine.Launch, error) {
	l := p.scenario.Launch
	launch := engine.Launch{
		EnrollmentID: enrollmentID, PatientID: patientID, Need: l.Need, Facts: factValues(l.Facts),
		Patient: patientFacts(l.Patient), Zone: p.zone.String(), Calendar: care.USFederalCalendar(),
	}
	if l.Superseded {
		launch.SupersededBy = care.KeyID("a later enrollment")
	}
	if l.After != nil {
		ended, err := p.optional(l.After.EndedAt)
		if err != nil {
			return launch, err
		}
		launch.Ended = afterEnd(l.After.Pathway, l.After.Outcome, p.start)
		if ended != nil {
			launch.Ended.EndedAt = *ended
		}
	}
	if l.Observation != nil {
		result, err := p.report(*l.Observation)
		launch.Observation = result
		return launch, err
	}
	if l.DischargedAt == "" {
		return launch, nil
	}
	enc, err := p.encounter(Stay{Class: l.Class, Status: care.EncounterDischarged, Disposition: cmp.Or(l.Disposition, care.ToHome), AdmittedAt: l.AdmittedAt, DischargedAt: l.DischargedAt, Facility: l.Facility, Diagnoses: l.Diagnoses})
	launch.Encounter = enc
	return launch, err
}

func (p *player) report(o Observation) (*care.ObservationReport, error) {
	report := &care.ObservationReport{
		Identifier: care.Identifier{Value: o.Result}, Code: care.Coding{Code: o.Code}, Value: o.Value,
		Status: cmp.Or(o.Status, "final"), Critical: o.Critical,
	}
	var err error
	if report.ObservedAt, err = p.optional(o.ObservedAt); err != nil {
		return nil, err
	}
	report.IssuedAt, err = p.optional(o.IssuedAt)
	return report, err
}

func patientFacts(p Patient) engine.PatientFacts {
	return engine.PatientFacts{
		Deceased: p.Deceased, InHospital: p.InHospital, Language: cmp.Or(p.Language, "en"), WorksNights: p.WorksNights,
		HasEmail: !p.NoEmail, HasPhone: !p.NoPhone, Age: p.Age, Zone: p.Zone,
	}
}

func (p *player) encounter(s Stay) (*care.Encounter, error) {
	p.revision++
	id := ownStay
	if s.ID != "" {
		id = care.KeyID("stay", s.ID)
	}
	enc := &care.Encounter{
		ID: id, PatientID: patientID, Class: cmp.Or(s.Class, care.Inpatient), Status: s.Status, Disposition: s.Disposition,
		Revision: p.revision, UpdatedAt: p.world.Now, Facility: s.Facility,
	}
	var err error
	if enc.Diagnoses, err = diagnoses(s.Diagnoses); err != nil {
		return nil, err
	}
	if enc.AdmittedAt, err = p.optional(s.AdmittedAt); err != nil {
		return nil, err
	}
	enc.DischargedAt, err = p.optional(s.DischargedAt)
	return enc, err
}

// diagnoses reads those of a stay, ranked as they stand.
func diagnoses(texts []string) ([]care.Diagnosis, error) {
	var list []care.Diagnosis
	for i, text := range texts {
		c, err := pathways.DiagnosisOf(text)
		if err != nil {
			return nil, err
		}
		list = append(list, care.Diagnosis{Coding: c, Rank: i + 1})
	}
	return list, nil
}

// factValues gives the values in the order of their names.
func factValues(facts map[string]any) []care.FactValue {
	values := make([]care.FactValue, 0, len(facts))
	for _, name := range sorted(facts) {
		values = append(values, care.FactValue{Name: name, Value: plainNumber(facts[name])})
	}
	return values
}

// plainNumber turns YAML's unsigned numbers into those that the engine knows.
func plainNumber(v any) any {
	if n, ok := v.(uint64); ok {
		return int64(n)
	}
	return v
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
