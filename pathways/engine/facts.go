package engine

import (
	"slices"
	"sort"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// values answers what expressions ask, seen from one step where there is one.
type values struct {
	r    *run
	step *Step
	on   string // the kind of event that event.* is asked of, where it is not simply the present one
}

// Value implements pathways.Values.
func (v values) Value(name string) (any, bool) {
	if f, ok := v.r.fact(name); ok {
		return f.Value, true
	}
	head, tail, dotted := strings.Cut(name, ".")
	if !dotted {
		if name == "required" {
			return v.r.requiredStatuses(), true
		}
		return nil, false
	}
	switch head {
	case "patient":
		return v.r.patientFact(tail)
	case "event":
		if step, own := v.r.def.AnsweredStep(v.on); own {
			f, ok := v.r.fact(step + "." + tail)
			return f.Value, ok
		}
		return v.r.eventFact(tail)
	case "attempts":
		return attemptFact(v.r, v.step, tail)
	}
	if st := v.r.latest(head); st != nil {
		return stepFact(st, tail)
	}
	return nil, false
}

func (r *run) fact(name string) (care.FactValue, bool) {
	i := sort.Search(len(r.s.Facts), func(i int) bool { return r.s.Facts[i].Name >= name })
	if i < len(r.s.Facts) && r.s.Facts[i].Name == name {
		return r.s.Facts[i], true
	}
	return care.FactValue{}, false
}

// learn keeps a fact and tells whether it is new or changed.
func (r *run) learn(name string, value any, from string) bool {
	f := care.FactValue{Name: name, Value: value, At: r.at, From: from}
	i := sort.Search(len(r.s.Facts), func(i int) bool { return r.s.Facts[i].Name >= name })
	if i < len(r.s.Facts) && r.s.Facts[i].Name == name {
		if sameValue(r.s.Facts[i].Value, value) {
			return false
		}
		r.s.Facts[i] = f
		return true
	}
	r.s.Facts = append(r.s.Facts, care.FactValue{})
	copy(r.s.Facts[i+1:], r.s.Facts[i:])
	r.s.Facts[i] = f
	return true
}

// forget lets go of the facts whose names are chosen.
func (r *run) forget(chosen func(name string) bool) {
	r.s.Facts = slices.DeleteFunc(r.s.Facts, func(f care.FactValue) bool { return chosen(f.Name) })
}

// sameValue compares scalars across a trip through JSON, which turns whole numbers into floats.
func sameValue(a, b any) bool {
	if x, ok := number(a); ok {
		y, ok := number(b)
		return ok && x == y
	}
	if list, ok := a.([]any); ok {
		other, ok := b.([]any)
		return ok && slices.Equal(list, other)
	}
	if _, ok := b.([]any); ok {
		return false
	}
	return a == b
}

func number(v any) (float64, bool) {
	switch n := v.(type) {
	case int:
		return float64(n), true
	case int64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}

// typed gives a value the Go type that its declared type has in expressions. It fails with a
// sentence that says what to write.
func typed(f pathways.Fact, v any, zone *time.Location) (any, *care.Error) {
	wrong := func(want string) *care.Error {
		return care.Errorf(care.Invalid, "%s must be %s", f.Name, want)
	}
	switch f.Type {
	case pathways.TypeBool:
		if b, ok := v.(bool); ok {
			return b, nil
		}
		return nil, wrong("true or false")
	case pathways.TypeInt:
		if n, ok := number(v); ok && n == float64(int64(n)) {
			return int64(n), nil
		}
		return nil, wrong("a whole number")
	case pathways.TypeNumber:
		if n, ok := number(v); ok {
			return n, nil
		}
		return nil, wrong("a number")
	case pathways.TypeDate:
		return typedDate(v, zone, wrong)
	case pathways.TypeDateTime:
		return typedTime(v, wrong)
	case pathways.TypeCodes:
		return typedCodes(f, v, wrong)
	case pathways.TypeCode:
		s, ok := v.(string)
		for _, allowed := range f.Values {
			if ok && s == allowed {
				return s, nil
			}
		}
		return nil, wrong("one of " + strings.Join(f.Values, ", "))
	}
	if s, ok := v.(string); ok {
		return s, nil
	}
	return nil, wrong("a text")
}

// typedCodes gives several of the values, each once and in their own order.
func typedCodes(f pathways.Fact, v any, wrong func(string) *care.Error) (any, *care.Error) {
	var chosen []any
	switch list := v.(type) {
	case []any:
		chosen = list
	case []string:
		for _, s := range list {
			chosen = append(chosen, s)
		}
	case string:
		chosen = []any{list}
	default:
		return nil, wrong("a list of some of " + strings.Join(f.Values, ", "))
	}
	for _, c := range chosen {
		if s, ok := c.(string); !ok || !slices.Contains(f.Values, s) {
			return nil, wrong("a list of some of " + strings.Join(f.Values, ", "))
		}
	}
	ordered := []any{}
	for _, value := range f.Values {
		if slices.Contains(chosen, any(value)) {
			ordered = append(ordered, value)
		}
	}
	return ordered, nil
}

func typedDate(v any, zone *time.Location, wrong func(string) *care.Error) (any, *care.Error) {
	switch d := v.(type) {
	case time.Time:
		return care.DateOf(d, zone).String(), nil
	case string:
		if date, err := care.ParseDate(d); err == nil {
			return date.String(), nil
		}
		if t, err := time.Parse(time.RFC3339, d); err == nil {
			return care.DateOf(t, zone).String(), nil
		}
	}
	return nil, wrong("a date like 2025-11-26")
}

func typedTime(v any, wrong func(string) *care.Error) (any, *care.Error) {
	switch d := v.(type) {
	case time.Time:
		return d.UTC().Format(time.RFC3339Nano), nil
	case string:
		if t, err := time.Parse(time.RFC3339, d); err == nil {
			return t.UTC().Format(time.RFC3339Nano), nil
		}
	}
	return nil, wrong("a time like 2025-11-26T14:30:00-05:00")
}

// deriveFacts computes the facts that come from the event or the patient, and tells whether any
// changed.
func (r *run) deriveFacts() bool {
	var vals pathways.Values = values{r: r}
	if r.s.Encounter != nil { // its own stay, whatever stay the present event tells of
		vals = encounterValues{values{r: r}, r.s.Encounter, r.s.EncounterID}
	}
	changed := false
	zone := r.datesZone()
	for _, f := range r.def.Facts {
		if f.From == "" {
			continue
		}
		v, verdict := r.program.Eval(f.From, vals)
		if v == nil || len(verdict.Unknown) > 0 {
			continue
		}
		t, err := typed(f, v, zone)
		if err != nil {
			r.tell("fact.unusable", "", quoted(r.nameInWords(f.Name))+" stays as it was: what was told is no value that the pathway knows.", r.causeOf("facts."+f.Name, f.Line, ""))
			continue
		}
		if known, ok := r.fact(f.Name); ok && strings.HasPrefix(known.From, "given") {
			continue // a person's word outweighs what was derived
		}
		changed = r.learn(f.Name, t, f.From) || changed
	}
	return changed
}

// givenFacts takes the facts that a launch was given, and the defaults of the others.
func (r *run) givenFacts(given []care.FactValue) error {
	for _, g := range given {
		f := r.declared(g.Name)
		if f == nil {
			return care.Errorf(care.Invalid, "the pathway has no fact %q", g.Name).At("facts." + g.Name)
		}
		v, err := typed(*f, g.Value, r.zone)
		if err != nil {
			return err.At("facts." + g.Name)
		}
		r.learn(f.Name, v, "given at launch")
	}
	for _, f := range r.def.Facts {
		if _, known := r.fact(f.Name); known || f.Default == nil {
			continue
		}
		v, err := typed(f, f.Default, r.zone)
		if err != nil {
			return err.At("facts." + f.Name)
		}
		r.learn(f.Name, v, "default")
	}
	return nil
}

func (r *run) requireFacts() error {
	for _, f := range r.def.Facts {
		if _, known := r.fact(f.Name); f.Required && !known {
			return care.Errorf(care.Invalid, "the pathway cannot start without %s", f.Name).At("facts." + f.Name)
		}
	}
	return nil
}

func (r *run) declared(name string) *pathways.Fact {
	for i := range r.def.Facts {
		if r.def.Facts[i].Name == name {
			return &r.def.Facts[i]
		}
	}
	return nil
}

func (r *run) patientFact(name string) (any, bool) {
	p := r.s.Patient
	switch name {
	case "deceased":
		return p.Deceased, true
	case "deceased_at":
		return timeValue(p.DeceasedAt)
	case "in_hospital":
		return p.InHospital, true
	case "readmitted":
		return p.InHospital && (r.s.Suspension == nil || !r.s.Suspension.Correction), true
	case "language":
		return p.Language, p.Language != ""
	case "works_nights":
		return p.WorksNights, true
	case "has_email":
		return p.HasEmail, true
	case "has_phone":
		return p.HasPhone, true
	case "age":
		return int64(p.Age), p.Age > 0
	}
	return nil, false
}

func timeValue(t *time.Time) (any, bool) {
	if t == nil {
		return nil, false
	}
	return t.UTC(), true
}

func (r *run) eventFact(name string) (any, bool) {
	if r.ev.Kind == NeedIdentified || r.ev.Launch != nil && r.ev.Launch.Need != "" {
		if name == "need" {
			need := r.ev.Need
			if r.ev.Launch != nil {
				need = r.ev.Launch.Need
			}
			return need, need != ""
		}
	}
	if l := r.ev.Launch; l != nil && l.Ended != nil {
		return endedFact(l.Ended, name)
	}
	o := r.ev.Observation
	if l := r.ev.Launch; l != nil && l.Observation != nil {
		o = l.Observation
	}
	if o != nil {
		if v, known, ok := r.gainFact(o, name); ok {
			return v, known
		}
		if name == "issued_at" {
			return r.issued(o), true
		}
		return observationFact(o, name)
	}
	enc := r.ev.Encounter
	if r.ev.Launch != nil {
		enc = r.ev.Launch.Encounter
	}
	if enc == nil {
		return nil, false
	}
	return r.encounterFact(enc, name, r.s.EncounterID)
}

func endedFact(ended *EndedEnrollment, name string) (any, bool) {
	switch name {
	case "pathway":
		return ended.Pathway, true
	case "outcome":
		return ended.Outcome, true
	case "ended_at":
		return ended.EndedAt.UTC(), true
	}
	return nil, false
}

func (r *run) encounterFact(enc *care.Encounter, name string, own care.ID) (any, bool) {
	if set, principal := r.def.AskedDiagnosis(name); set != nil {
		return diagnosisFact(enc, set, principal)
	}
	switch name {
	case "facility":
		return enc.Facility, enc.Facility != ""
	case "class":
		return string(enc.Class), enc.Class != ""
	case "disposition":
		if enc.Disposition == "" {
			return string(care.DispositionNil), true
		}
		return string(enc.Disposition), true
	case "admitted_at":
		return timeValue(enc.AdmittedAt)
	case "discharged_at":
		return timeValue(enc.DischargedAt)
	case "same_stay":
		return enc.ID == own, true
	}
	return nil, false
}

// diagnosisFact tells whether a diagnosis of the stay belongs to a set. As long as none was told, or
// none was ranked where the principal one is asked for, it is not known: the codes often come days
// after the discharge.
func diagnosisFact(enc *care.Encounter, set *pathways.ValueSet, principal bool) (any, bool) {
	list := enc.Diagnosed()
	if principal {
		list = enc.Principal()
	}
	if len(list) == 0 {
		return nil, false
	}
	return set.HoldsAny(list), true
}

// issued is when a result was made known: where its sender does not say, when we were told.
func (r *run) issued(o *care.ObservationReport) time.Time {
	if o.IssuedAt != nil {
		return o.IssuedAt.UTC()
	}
	return r.at.UTC()
}

func observationFact(o *care.ObservationReport, name string) (any, bool) {
	switch name {
	case "code":
		return o.Code.Code, true
	case "value":
		return o.Value, o.Value != ""
	case "number":
		return parseNumber(o.Value)
	case "critical":
		return o.Critical, true
	case "status":
		return o.Status, o.Status != ""
	case "result":
		return o.Identifier.Value, o.Identifier.Value != ""
	case "observed_at":
		return timeValue(o.ObservedAt)
	}
	return nil, false
}

func stepFact(st *Step, name string) (any, bool) {
	switch name {
	case "status":
		return string(st.Status), true
	case "outcome":
		return st.Outcome, st.Outcome != ""
	case "ended":
		return st.Status.Ended(), true
	case "done":
		return st.Status == care.StepDone, true
	case "missed":
		return st.Missed, true
	case "opened_at":
		return timeValue(st.OpenedAt)
	case "ended_at":
		return timeValue(st.EndedAt)
	case "attempts":
		return int64(len(st.Attempts)), true
	case "live_attempts":
		return int64(liveAttempts(st.Attempts)), true
	case "no_shows":
		return int64(st.NoShows), true
	case "started":
		return st.Sub != nil && st.Sub.EnrollmentID != "", true
	case "ended_as":
		if st.Sub == nil {
			return nil, false
		}
		return st.Sub.EndedAs, st.Sub.EndedAs != ""
	case "answered":
		return st.Outcome == outcomeAnswered, true
	case "kept":
		return st.Outcome == outcomeKept, true
	case "booked":
		return st.Appointment != nil, true
	case "start":
		if st.Appointment == nil {
			return nil, false
		}
		return timeValue(st.Appointment.Start)
	}
	return nil, false
}
