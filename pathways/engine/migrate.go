package engine

import (
	"fmt"
	"slices"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// Migration is what moves a running enrollment to another version of its pathway, and what takes that
// back.
type Migration struct {
	// ID names what the move belongs to: all enrollments that are moved together have it.
	ID care.ID `json:"id,omitempty"`
	// Definition is the whole version to go on by; to move back, the version before.
	Definition *pathways.Definition `json:"definition,omitempty"`
	// From is the digest of the version that the plan is for. An enrollment on another one refuses.
	From string `json:"from,omitempty"`
	// To is the digest of the definition. The engine sets it, and lets go of the definition itself.
	To   string   `json:"to,omitempty"`
	Plan MovePlan `json:"plan,omitzero"`
	// Window is how long the move may be taken back, in nanoseconds; zero: seven days.
	Window time.Duration `json:"window,omitempty"`
}

// DefaultWindow is how long a move may be taken back where nothing else is said.
const DefaultWindow = 7 * 24 * time.Hour

// MovePlan says what becomes of the steps that the two versions do not share. A step that it does not name
// goes on under its own id.
type MovePlan struct {
	Steps []StepMove `json:"steps,omitempty"`
	// Begin names new steps that begin even where their moment has passed.
	Begin []string `json:"begin,omitempty"`
	// MayEnd lets the move itself end an enrollment, where the new version says that it is over. Without
	// it such an enrollment stays as it is, for a person.
	MayEnd bool `json:"may_end,omitempty"`
}

// What becomes of the open work of a step that the new version no longer has.
const (
	ForAPerson = "person" // it stays as it is, and a person decides; the default
	CalledOff  = "cancel" // it is called off, with the reason
)

// StepMove says what becomes of one step.
type StepMove struct {
	Step   string `json:"step"`             // its id in the version before
	To     string `json:"to,omitempty"`     // its id in the new one
	Open   string `json:"open,omitempty"`   // where To is empty: person | cancel
	Reason string `json:"reason,omitempty"` // cancel: why
}

// of finds what the plan says of a step.
func (p MovePlan) of(step string) StepMove {
	for _, move := range p.Steps {
		if move.Step == step {
			return move
		}
	}
	return StepMove{Step: step}
}

// CheckPlan tells whether a plan fits the two versions. The error is a care.Error (Invalid) that says
// what to write instead.
func CheckPlan(from, to *pathways.Definition, p MovePlan) error {
	var named []string
	for i, move := range p.Steps {
		at := fmt.Sprintf("plan.steps[%d]", i)
		before := from.StepByID(move.Step)
		switch {
		case before == nil:
			return care.Errorf(care.Invalid, "version %d has no step %q", from.Version, move.Step).At(at + ".step")
		case slices.Contains(named, move.Step):
			return care.Errorf(care.Invalid, "the step %q is named twice", move.Step).At(at + ".step")
		case move.To == "":
			if err := checkRemoval(to, move, at); err != nil {
				return err
			}
		default:
			if err := checkGoesOn(before, to, move, at); err != nil {
				return err
			}
		}
		named = append(named, move.Step)
	}
	for i, id := range p.Begin {
		if to.StepByID(id) == nil {
			return care.Errorf(care.Invalid, "version %d has no step %q", to.Version, id).At(fmt.Sprintf("plan.begin[%d]", i))
		}
	}
	return nil
}

func checkRemoval(to *pathways.Definition, move StepMove, at string) error {
	switch {
	case to.StepByID(move.Step) != nil:
		return care.Errorf(care.Invalid, "the step %q is in version %d too: say as what it goes on, or leave it out", move.Step, to.Version).At(at + ".to")
	case move.Open != "" && move.Open != ForAPerson && move.Open != CalledOff:
		return care.Errorf(care.Invalid, "open work is left to a %q, or it is to %q", ForAPerson, CalledOff).At(at + ".open")
	case move.Open == CalledOff && move.Reason == "":
		return care.Errorf(care.Invalid, "say why the work of %q is called off", move.Step).At(at + ".reason")
	}
	return nil
}

func checkGoesOn(before *pathways.Step, to *pathways.Definition, move StepMove, at string) error {
	after := to.StepByID(move.To)
	switch {
	case after == nil:
		return care.Errorf(care.Invalid, "version %d has no step %q", to.Version, move.To).At(at + ".to")
	case after.Kind() != before.Kind():
		return care.Errorf(care.Invalid, "%q is a %s and cannot go on as %q, which is a %s", move.Step, before.Kind(), move.To, after.Kind()).At(at + ".to")
	case move.Open != "":
		return care.Errorf(care.Invalid, "the step %q goes on as %q: nothing else becomes of its open work", move.Step, move.To).At(at + ".open")
	}
	return nil
}

// withoutDefinition is the event as a turn keeps it. The definition is known by its digest.
func (ev Event) withoutDefinition() Event {
	if ev.Migration == nil || ev.Migration.Definition == nil {
		return ev
	}
	light := *ev.Migration
	light.To, light.Definition = pathways.Digest(ev.Migration.Definition), nil
	ev.Migration = &light
	return ev
}

// Next gives the engine that goes on after a turn: the one of another version where the event moved the
// enrollment to it, else this one. The event is the one that Advance was given.
func (e *Engine) Next(ev Event, t Turn) (*Engine, error) {
	if t.Duplicate || ev.Migration == nil || ev.Migration.Definition == nil {
		return e, nil
	}
	return For(ev.Migration.Definition)
}

// migrate moves the enrollment to another version. The engine of the version before takes the event,
// so that all that was due until now is done under the old rules, and hands over in the midst of it.
func (r *run) migrate() error {
	if err := r.needReason("enrollment.migrate"); err != nil {
		return err
	}
	to, err := r.destination()
	if err != nil || to == nil {
		return err
	}
	plan := r.ev.Migration.Plan
	if err := CheckPlan(r.def, to.def, plan); err != nil {
		return err
	}
	for _, own := range r.s.Personal {
		if to.def.StepByID(own.ID) != nil {
			return care.Errorf(care.Conflict, "the enrollment has a step of its own called %q, and so has version %d", own.ID, to.def.Version).By("enrollment.migrate.personal")
		}
	}
	m := r.goOnWith(to, plan)
	m.tellOfMove("enrollment.migrated", fmt.Sprintf("Moved from version %d to version %d.", m.left.def.Version, m.def.Version))
	m.rename()
	m.learnFacts()
	m.keepWords()
	m.moveAll()
	m.newcomers()
	m.end()
	r.settle()
	if r.s.Status == care.EnrollmentEnded && !plan.MayEnd {
		return care.Errorf(care.Conflict, "by version %d the pathway would be over at once, as %s: a person has to decide", to.def.Version, plain(r.s.Outcome)).By("enrollment.migrate.ends")
	}
	return nil
}

// destination gives the engine to move to; nil where the enrollment is there already.
func (r *run) destination() (*Engine, error) {
	m := r.ev.Migration
	switch {
	case m == nil || m.Definition == nil:
		return nil, care.Errorf(care.Invalid, "a move needs the version to move to").At("migration.definition")
	case m.Definition.Pathway != r.def.Pathway:
		return nil, care.Errorf(care.Invalid, "an enrollment in %s cannot move to %s", r.def.Pathway, m.Definition.Pathway).At("migration.definition")
	}
	here := pathways.Digest(r.def)
	switch {
	case pathways.Digest(m.Definition) == here:
		return nil, nil //nolint:nilnil // there is nowhere to go
	case m.From != "" && m.From != here:
		return nil, care.Errorf(care.Conflict, "the enrollment is on another version than the move was planned for").By("enrollment.migrate.from")
	}
	to, err := For(m.Definition)
	if err != nil {
		return nil, care.Errorf(care.Invalid, "version %d cannot run: %w", m.Definition.Version, err).At("migration.definition")
	}
	return to, nil
}
