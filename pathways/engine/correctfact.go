package engine

import (
	"strings"

	"throughline/care"
)

// recordFacts takes what a person now knows of a fact that the pathway asks about: how complex the
// case is, when the patient really left. What depends on it is computed anew. From then on a
// person's word outweighs what messages say of the fact.
func (r *run) recordFacts() error {
	if err := r.needReason("fact.recorded"); err != nil {
		return err
	}
	if len(r.ev.Answers) == 0 {
		return care.Errorf(care.Invalid, "say which fact, and what it is").At("facts")
	}
	var changed []string
	for _, given := range r.ev.Answers {
		f := r.declared(given.Name)
		if f == nil {
			return care.Errorf(care.Invalid, "the pathway has no fact %q", given.Name).At("facts." + given.Name)
		}
		v, err := typed(*f, given.Value, r.zone)
		if err != nil {
			return err.At("facts." + given.Name)
		}
		if r.learn(f.Name, v, "given: "+r.ev.Reason) {
			changed = append(changed, r.nameInWords(f.Name))
		}
	}
	if len(changed) == 0 {
		return nil
	}
	what := strings.Join(changed, ", ")
	r.tell("fact.recorded", "", "Set anew: "+what+".", r.causeOf("facts", 0, ""))
	r.recompute(what + " was set anew")
	r.withdrawNeedless()
	return nil
}
