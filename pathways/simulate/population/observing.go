package population

import (
	"strconv"
	"time"

	"throughline/care"
	"throughline/pathways/engine"
)

// Observation is what a device, a laboratory or the patient reports again and again, or once.
type Observation struct {
	Name     string `yaml:"-"`
	Code     string `yaml:"code"` // as the pathway compares it: 29463-7
	Unit     string `yaml:"unit,omitempty"`
	Status   Draw   `yaml:"status,omitempty"`   // FHIR observation-status; default final
	Critical Share  `yaml:"critical,omitempty"` // of the reports are marked critical
	Share    *Share `yaml:"share,omitempty"`    // of the patients have it at all; default 100%
	// Within is when it comes, from the start; of one that is repeated, until when. Default: for as long
	// as the patient is followed.
	Within Span `yaml:"within,omitempty"`
	// Every is from one to the next; without it there is one. Where it is whole days, At gives the hours.
	Every Span   `yaml:"every,omitempty"`
	At    Hours  `yaml:"at,omitempty"`
	Taken *Share `yaml:"taken,omitempty"` // of the repeated ones really come; default 100%
	// Value is where a patient's values lie, each patient's own; Varies, how much one differs from that.
	Value  Range  `yaml:"value,omitempty"`
	Varies Range  `yaml:"varies,omitempty"`
	Rises  Change `yaml:"rises,omitempty"`
	Line   int    `yaml:"-"`
}

// Change is how the values of some patients leave what is usual for them, and stay away.
type Change struct {
	Share  Share `yaml:"share"`
	By     Range `yaml:"by"`
	Within Span  `yaml:"within,omitempty"` // when it begins, from the start; default 30 days
	Over   Span  `yaml:"over,omitempty"`   // how long it takes; default 2 days
}

var defaultOver = minutes(2*24*60, 2*24*60)

// measure arranges what is observed of a patient.
func (w *world) measure(p *patient) {
	for i := range w.scenario.Observations {
		o := &w.scenario.Observations[i]
		if o.Share != nil && p.dice.roll("observed", o.Name, 0) >= float64(*o.Share) {
			continue
		}
		if o.Every.set {
			w.measureAgain(p, o, 1)
			continue
		}
		at := w.now + o.Within.or(defaultWithin).at(p.dice.roll("observed at", o.Name, 0))
		w.later(at, func() error { return w.tellObservation(p, o, 0) })
	}
}

// measureAgain arranges the n-th of what is repeated, and what follows it.
func (w *world) measureAgain(p *patient, o *Observation, n int) {
	last := p.until
	if o.Within.set {
		last = min(last, p.begun+int64(o.Within.To/time.Second))
	}
	at := p.begun + int64(n)*int64(o.Every.From/time.Second)
	if whole := o.Every.From % (24 * time.Hour); whole == 0 && o.At != (Hours{}) {
		day := min(w.days.of(p.begun)+n*int(o.Every.From/(24*time.Hour)), len(w.days.list)-1)
		at = w.days.at(day, o.At.from+int(p.dice.roll("hour", o.Name, n)*float64(o.At.to-o.At.from)))
	}
	if at >= last || !p.running() {
		return
	}
	w.later(max(at, w.now), func() error {
		w.measureAgain(p, o, n+1)
		if o.Taken != nil && p.dice.roll("taken", o.Name, n) >= float64(*o.Taken) {
			return nil
		}
		return w.tellObservation(p, o, n)
	})
}

// tellObservation reports one value of a patient who is at home.
func (w *world) tellObservation(p *patient, o *Observation, n int) error {
	if !p.running() || p.away {
		return nil
	}
	at := time.Unix(w.now, 0).UTC()
	report := care.ObservationReport{
		Identifier: care.Identifier{System: "simulation", Value: p.id(o.Name + " " + strconv.Itoa(n))}, Code: care.Coding{Code: o.Code},
		Value: strconv.FormatFloat(w.valueAt(p, o, n), 'f', 1, 64), Unit: o.Unit, Status: "final", ObservedAt: &at,
		Critical: p.dice.roll("critical", o.Name, n) < float64(o.Critical),
	}
	if len(o.Status) > 0 {
		report.Status = o.Status.pick(p.dice.roll("status", o.Name, n))
	}
	return unlessRefused(w.advance(p, engine.Event{Kind: engine.ObservationMade, Actor: theWorld, OccurredAt: at, Observation: &report}))
}

// valueAt is the patient's own value, what it varies by, and what it has risen by so far.
func (w *world) valueAt(p *patient, o *Observation, n int) float64 {
	value := o.Value.at(p.dice.roll("value", o.Name, 0)) + o.Varies.at(p.dice.roll("varies", o.Name, n))
	if p.dice.roll("rises", o.Name, 0) >= float64(o.Rises.Share) {
		return value
	}
	begins := p.begun + o.Rises.Within.or(defaultWithin).at(p.dice.roll("rises at", o.Name, 0))
	over := max(1, o.Rises.Over.or(defaultOver).at(p.dice.roll("rises over", o.Name, 0)))
	part := min(1, max(0, float64(w.now-begins)/float64(over)))
	return value + part*o.Rises.By.at(p.dice.roll("rises by", o.Name, 0))
}
