package simulate

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// Question asks what a pathway would do for one patient.
type Question struct {
	// Facts are what is known at the start, by name. A text is read as its fact's type.
	Facts map[string]any
	// Start is when it starts; zero: at the discharge, else at noon of the earliest date among the
	// facts, else at Otherwise.
	Start     time.Time
	Otherwise time.Time // zero: what gives no day to start on is refused
	// Days is how long it is followed at most; zero: until it has ended, at most Longest.
	Days int
	// Zone is an IANA name; default DefaultZone.
	Zone string
	// Respond lets everybody do their work promptly and well. Else nobody acts.
	Respond  bool
	Services []string       // who may be asked for help, best first
	Calendar *care.Calendar // default: US federal holidays
}

// Longest is how many days a simulation runs at most.
const Longest = 1100

// noon is the local hour of a day that is given without one.
const noon = 12

// One runs the pathway for one patient until it ends. The facts that a discharge tells make the
// stay.
func One(def *pathways.Definition, q Question) (Result, error) {
	zone, err := time.LoadLocation(cmp.Or(q.Zone, DefaultZone))
	if err != nil {
		return Result{}, care.Errorf(care.Invalid, "the time zone is not known: give an IANA name such as America/New_York").At("zone")
	}
	eng, err := engine.For(def)
	if err != nil {
		return Result{}, care.Errorf(care.Invalid, "the definition cannot be run: %w", err).At("source")
	}
	launch, err := q.Launch(def)
	if err != nil {
		return Result{}, err
	}
	start, err := q.start(def, launch, zone)
	if err != nil {
		return Result{}, err
	}
	branches := branches{def: def, start: start}
	eng = eng.Watched(branches.note)
	w := New(eng, start)
	for _, name := range q.Services {
		w.Services = append(w.Services, engine.Candidate{ServiceID: care.KeyID("service", name), Name: name})
	}
	if d := eng.Decide(launch); !d.Start {
		r := resultOf(def, w, start, zone)
		r.NotStarted, r.Branches = d.Reason, branches.kept
		return r, nil
	}
	if err := w.Do(engine.Event{ID: "start", Kind: engine.Started, Actor: care.Actor{Kind: care.System, ID: "simulation"}, Launch: &launch}); err != nil {
		return Result{}, err
	}
	last := start.AddDate(0, 0, min(cmp.Or(q.Days, Longest), Longest))
	if q.Respond {
		err = respond(def, w, zone, last)
	} else {
		err = w.Sleep(last)
	}
	if w.State.EndedAt != nil {
		w.Now = *w.State.EndedAt
	}
	r := resultOf(def, w, start, zone)
	r.Branches = branches.kept
	return r, err
}

// Launch makes of the facts what would have told them: those that come from a discharge make a
// stay, the others are given.
func (q Question) Launch(def *pathways.Definition) (engine.Launch, error) {
	zone, err := time.LoadLocation(cmp.Or(q.Zone, DefaultZone))
	if err != nil {
		return engine.Launch{}, care.Errorf(care.Invalid, "the time zone is not known: give an IANA name such as America/New_York").At("zone")
	}
	l := engine.Launch{
		EnrollmentID: enrollmentID, PatientID: patientID, Zone: zone.String(), Calendar: care.USFederalCalendar(),
		Patient: engine.PatientFacts{HasEmail: true, HasPhone: true, Language: "en", Zone: zone.String()},
	}
	if q.Calendar != nil {
		l.Calendar = *q.Calendar
	}
	stay := &care.Encounter{ID: ownStay, PatientID: patientID, Class: care.Inpatient, Status: care.EncounterDischarged, Disposition: care.ToHome, Revision: 1}
	followed := ""
	if keys := def.Following(); len(keys) > 0 {
		followed = keys[0]
	}
	ended := afterEnd(followed, care.EndCompleted, q.Start)
	for _, name := range sorted(q.Facts) {
		f, err := factNamed(def, name)
		if err != nil {
			return l, err
		}
		value := read(f.Type, plainNumber(q.Facts[name]))
		at, err := momentTold(f, value, zone)
		if err != nil {
			return l, err
		}
		switch f.From {
		case "event.discharged_at":
			stay.DischargedAt = &at
		case "event.admitted_at":
			stay.AdmittedAt = &at
		case "event.disposition":
			stay.Disposition = care.Disposition(fmt.Sprint(value))
		case "event.class":
			stay.Class = care.EncounterClass(fmt.Sprint(value))
		case "event.ended_at":
			ended.EndedAt = at
		case "event.outcome":
			ended.Outcome = fmt.Sprint(value)
		case "event.pathway":
			ended.Pathway = fmt.Sprint(value)
		case "event.need":
			l.Need = fmt.Sprint(value)
		default:
			l.Facts = append(l.Facts, care.FactValue{Name: name, Value: value})
		}
	}
	if def.Launch.On == pathways.EnrollmentEnded {
		l.Ended = ended
	}
	if def.Launch.On == string(engine.EncounterDischarge) {
		if stay.DischargedAt == nil && !q.Start.IsZero() {
			stay.DischargedAt = &q.Start
		}
		if stay.DischargedAt == nil && stay.AdmittedAt != nil {
			stay.DischargedAt = stay.AdmittedAt
		}
		l.Encounter = stay
		return q.qualified(def, l)
	}
	return l, nil
}

// qualified gives the stay what no fact tells and the launch asks, such as diagnoses.
func (q Question) qualified(def *pathways.Definition, l engine.Launch) (engine.Launch, error) {
	if len(def.ValueSets) == 0 {
		return l, nil
	}
	eng, err := engine.For(def)
	if err != nil {
		return l, care.Errorf(care.Invalid, "the definition cannot be run: %w", err).At("source")
	}
	return eng.Qualified(l), nil
}

// afterEnd is the end of another pathway that launches this one.
func afterEnd(pathway, outcome string, at time.Time) *engine.EndedEnrollment {
	return &engine.EndedEnrollment{EnrollmentID: care.KeyID("simulated", pathway), Pathway: pathway, Outcome: outcome, EndedAt: at}
}

func factNamed(def *pathways.Definition, name string) (pathways.Fact, error) {
	i := slices.IndexFunc(def.Facts, func(f pathways.Fact) bool { return f.Name == name })
	if i < 0 {
		return pathways.Fact{}, care.Errorf(care.Invalid, "the pathway has no fact %q; it has %s", name, factNames(def)).At("facts." + name)
	}
	return def.Facts[i], nil
}

// momentTold gives the moment that an event told with a fact; zero where it tells none.
func momentTold(f pathways.Fact, value any, zone *time.Location) (time.Time, error) {
	if !strings.HasPrefix(f.From, "event.") || !strings.HasSuffix(f.From, "_at") {
		return time.Time{}, nil
	}
	at, err := moment(value, zone)
	if err != nil {
		return at, care.Errorf(care.Invalid, "%s: %w", f.Name, err).At("facts." + f.Name)
	}
	return at, nil
}

func factNames(def *pathways.Definition) string {
	names := make([]string, len(def.Facts))
	for i, f := range def.Facts {
		names[i] = f.Name
	}
	return strings.Join(names, ", ")
}

// read turns what was typed on a command line into the fact's type. What does not fit is left, for
// the engine to refuse.
func read(typ string, v any) any {
	text, ok := v.(string)
	if !ok {
		return v
	}
	switch typ {
	case pathways.TypeBool:
		if b, err := strconv.ParseBool(text); err == nil {
			return b
		}
	case pathways.TypeInt:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n
		}
	case pathways.TypeNumber:
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			return n
		}
	}
	return v
}

// moment reads a day, as its noon, or a time.
func moment(v any, zone *time.Location) (time.Time, error) {
	text := fmt.Sprint(v)
	if d, err := care.ParseDate(text); err == nil {
		return time.Date(d.Year, d.Month, d.Day, noon, 0, 0, 0, zone).UTC(), nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UTC(), nil
	}
	return time.Time{}, fmt.Errorf("write a date like 2025-11-26 or a time like 2025-11-26T15:00:00-05:00")
}

func (q Question) start(def *pathways.Definition, l engine.Launch, zone *time.Location) (time.Time, error) {
	if !q.Start.IsZero() {
		return q.Start.UTC(), nil
	}
	if l.Encounter != nil && l.Encounter.DischargedAt != nil {
		return *l.Encounter.DischargedAt, nil
	}
	if l.Ended != nil && !l.Ended.EndedAt.IsZero() {
		return l.Ended.EndedAt, nil
	}
	var earliest time.Time
	for _, f := range l.Facts {
		if at, err := moment(f.Value, zone); err == nil && (earliest.IsZero() || at.Before(earliest)) {
			earliest = at
		}
	}
	if earliest.IsZero() {
		earliest = q.Otherwise.UTC()
	}
	if earliest.IsZero() {
		return earliest, care.Errorf(care.Invalid, "say when it starts: no fact gives a day%s", q.dayToGive(def)).At("start")
	}
	return earliest, nil
}

// dayToGive names the fact that would say when it starts.
func (q Question) dayToGive(def *pathways.Definition) string {
	for _, f := range def.Facts {
		if f.Type == pathways.TypeDate || f.Type == pathways.TypeDateTime {
			return "; give " + f.Name + ", like " + f.Name + "=2025-11-26"
		}
	}
	return ""
}
