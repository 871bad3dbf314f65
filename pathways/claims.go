package pathways

import (
	"fmt"
	"slices"
	"strings"
)

// The standards that a pathway may claim to conform to.
const (
	// ClaimTCM is Medicare's Transitional Care Management (CPT 99495 and 99496; CMS, MLN 908628).
	ClaimTCM = "cms-tcm"
	// ClaimFUH is Follow-Up After Hospitalization for Mental Illness (NCQA, HEDIS).
	ClaimFUH = "hedis-fuh"
	// ClaimFMC is Follow-Up After Emergency Department Visit for People With Multiple High-Risk
	// Chronic Conditions (NCQA, HEDIS).
	ClaimFMC = "hedis-fmc"
	// ClaimTRC is Transitions of Care (NCQA, HEDIS).
	ClaimTRC = "hedis-trc"
)

var claims = []string{ClaimTCM, ClaimFUH, ClaimFMC, ClaimTRC}

// What a step can be there for.
const (
	TCMContact        = ClaimTCM + ".contact"                   // live contact within 2 business days
	TCMReconciliation = ClaimTCM + ".medication_reconciliation" // no later than the visit
	TCMVisit          = ClaimTCM + ".visit"                     // within 7 or 14 days

	FUHFollowUp7  = ClaimFUH + ".follow_up_7"  // within 7 days of the discharge, not on its day
	FUHFollowUp30 = ClaimFUH + ".follow_up_30" // within 30 days of the discharge, not on its day

	FMCFollowUp = ClaimFMC + ".follow_up" // within 7 days of the visit; its own day counts

	TRCNotification   = ClaimTRC + ".notification"              // of the admission, by 2 days after it
	TRCInformation    = ClaimTRC + ".discharge_information"     // received by 2 days after the discharge
	TRCEngagement     = ClaimTRC + ".engagement"                // within 30 days, not on the day of discharge
	TRCReconciliation = ClaimTRC + ".medication_reconciliation" // by 30 days after the discharge; its own day counts
)

// Requirements are what a step's fulfils may name.
var Requirements = []string{
	TCMContact, TCMReconciliation, TCMVisit,
	FUHFollowUp7, FUHFollowUp30,
	FMCFollowUp,
	TRCNotification, TRCInformation, TRCEngagement, TRCReconciliation,
}

func claimOf(requirement string) string {
	claim, _, _ := strings.Cut(requirement, ".")
	return claim
}

// claims holds the pathway to what it claims to conform to.
func (c *checker) claims() {
	for i := range c.d.Steps {
		s := &c.d.Steps[i]
		if s.Fulfils == "" {
			continue
		}
		path := "steps." + s.ID + ".fulfils"
		switch {
		case !slices.Contains(Requirements, s.Fulfils):
			c.wrongValue(path, s.Line, fmt.Sprintf("nothing requires %q", s.Fulfils), suggest(s.Fulfils, Requirements))
		case !slices.Contains(c.d.ConformsTo, claimOf(s.Fulfils)):
			c.wrongValue(path, s.Line, "the pathway does not claim "+claimOf(s.Fulfils), "add it to conforms_to")
		}
	}
	if c.lang == nil {
		return
	}
	for _, claim := range []struct {
		name string
		hold func()
	}{{ClaimTCM, c.claimTCM}, {ClaimFUH, c.claimFUH}, {ClaimFMC, c.claimFMC}, {ClaimTRC, c.claimTRC}} {
		if slices.Contains(c.d.ConformsTo, claim.name) {
			claim.hold()
		}
	}
}

// unclaimed notes why a claim does not hold.
func (c *checker) unclaimed(claim, path string, line int, why, suggestion string) {
	c.wrong(path, line, "the claim "+claim+" does not hold: "+why, suggestion)
}

// fulfilling finds the step for a requirement. It must open for every patient.
func (c *checker) fulfilling(requirement string) *Step {
	claim := claimOf(requirement)
	for i := range c.d.Steps {
		s := &c.d.Steps[i]
		if s.Fulfils != requirement {
			continue
		}
		if s.Optional || c.d.TrackOf(s.ID) != nil || s.When != "" || s.On != "" {
			c.unclaimed(claim, "steps."+s.ID, s.Line, s.ID+" may be left out for some patients", "remove optional, when and on, and take it out of tracks")
		}
		return s
	}
	c.unclaimed(claim, "conforms_to", 0, "no step fulfils "+requirement, "write fulfils: "+requirement+" at the step that does")
	return nil
}

const (
	dischargedAt = "event.discharged_at"
	admittedAt   = "event.admitted_at"
)

var dateOfAttribute = map[string]string{dischargedAt: "the date of discharge", admittedAt: "the date of admission"}

// launchTrial is a launch that must, or must not, start a pathway with a claim.
type launchTrial struct {
	class, disposition string
	starts             bool
	why                string
}

// eligible tries launches by a stay.
func (c *checker) eligible(claim string, trials []launchTrial) {
	for _, t := range trials {
		starts, decided := c.startsForAny(trial{
			{name: "event.class", value: t.class}, {name: "event.disposition", value: t.disposition},
			{name: "event.same_stay", value: false}, {name: "patient.deceased", value: t.disposition == "expired"},
			{name: "patient.in_hospital", value: false}, {name: "patient.readmitted", value: false},
			{name: "patient.age", value: int64(grown)},
		})
		if decided && starts != t.starts {
			c.unclaimed(claim, "launch", c.d.Launch.Line, t.why, "mend when and unless")
		}
	}
}

// grown is the age of the patient with whom launches are tried: of those that every measure is about.
const grown = 70

// startsForAny tells whether a launch with the values starts the pathway for some diagnoses: without
// any, with those of one value set, or with those of all.
func (c *checker) startsForAny(t trial) (starts, decided bool) {
	asked := c.d.diagnosisFacts()
	with := func(holds func(set string) bool) (bool, bool) {
		tried := slices.Clone(t)
		for _, f := range asked {
			_, set, _ := strings.Cut(f.Name, ".")
			tried = append(tried, answer{name: "event." + f.Name, value: holds(set)})
		}
		return c.starts(tried)
	}
	if starts, decided = with(func(string) bool { return false }); starts || !decided {
		return starts, decided
	}
	for _, v := range c.d.ValueSets {
		if starts, _ = with(func(set string) bool { return set == v.Name }); starts {
			return true, true
		}
	}
	return with(func(string) bool { return true })
}

// starts tells whether a launch with the values starts the pathway; decided is false where an
// expression is broken.
func (c *checker) starts(t trial) (starts, decided bool) {
	holds := func(text string) bool {
		compiled, f := c.lang.compile(text, condition)
		if f != nil {
			decided = false
			return false
		}
		_, verdict := compiled.eval(c.lang, t)
		return verdict.True
	}
	decided = true
	starts = c.d.Launch.When == "" || holds(c.d.Launch.When)
	for _, x := range c.d.Launch.Unless {
		if holds(x.When) {
			starts = false
		}
	}
	return starts, decided
}
