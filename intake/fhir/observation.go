package fhir

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"throughline/care"
)

// resultStatuses are the codes of Observation.status, with what changes a final result told as one
// word. A registered observation has no result yet.
var resultStatuses = map[string]string{
	"preliminary":      "preliminary",
	"final":            "final",
	"amended":          "corrected",
	"corrected":        "corrected",
	"appended":         "corrected", // R5
	"cancelled":        "cancelled",
	"entered-in-error": "entered-in-error",
	"unknown":          "",
}

func (m *message) gatherObservations() error {
	for _, o := range m.observations {
		g, err := m.groupOf(o.origin, "subject", o.body.Subject)
		if err != nil {
			return err
		}
		if g == nil {
			m.unread["Observation of no patient"]++
			continue
		}
		reports, err := m.observation(g, o)
		if err != nil {
			return err
		}
		g.in.Observations = append(g.in.Observations, reports...)
	}
	return nil
}

// observation tells the result, and each of its components as a result of its own. A panel that
// only lists its members tells nothing beside them.
func (m *message) observation(g *group, o *located[observation]) ([]care.ObservationReport, error) {
	status, ok := resultStatuses[o.body.Status]
	if !ok && o.body.Status != "registered" {
		return nil, invalid(o.path+".status", "is missing or no code of observation-status; send preliminary, final, amended, corrected, cancelled or entered-in-error")
	}
	if !ok {
		m.unread["Observation without a result yet"]++
		return nil, nil
	}
	observed, err := m.observedAt(g, o)
	if err != nil {
		return nil, err
	}
	issued, err := m.when(o.origin, "issued", o.body.Issued, first)
	if err != nil {
		return nil, err
	}
	base := care.ObservationReport{Identifier: m.businessID(o.origin, o.body.Identifier), Status: status, ObservedAt: observed, IssuedAt: issued}
	var out []care.ObservationReport
	if o.body.present() || len(o.body.Component) == 0 && len(o.body.HasMember) == 0 {
		out = append(out, result(base, o.body.Code, o.body.values, o.body.ReferenceRange, o.body.Interpretation))
	}
	for i, c := range o.body.Component {
		part := base
		part.Identifier.Value += componentSuffix(c, i)
		out = append(out, result(part, c.Code, c.values, c.ReferenceRange, c.Interpretation))
	}
	return out, nil
}

// componentSuffix tells a component from the others by its place and code.
func componentSuffix(c component, i int) string {
	suffix := fmt.Sprintf("#%d", i+1)
	if len(c.Code.Coding) > 0 && c.Code.Coding[0].Code != "" {
		suffix += ":" + c.Code.Coding[0].Code
	}
	return suffix
}

func result(r care.ObservationReport, code concept, v values, ranges []referenceRange, interpretation []concept) care.ObservationReport {
	if all := codings(code); len(all) > 0 {
		r.Code = all[0]
	}
	r.Value, r.Unit = v.words()
	r.Range = rangeWords(ranges)
	r.Flags = flags(interpretation)
	r.Critical = critical(r.Flags, r.Status)
	return r
}

// flags gives the codes of the interpretation (v3-ObservationInterpretation, HL7 table 0078). Free
// text is no flag: "critical" in a sentence may be denied by the next word.
func flags(interpretation []concept) []string {
	var out []string
	for _, c := range interpretation {
		for _, one := range c.Coding {
			if one.Code != "" && !slices.Contains(out, one.Code) {
				out = append(out, one.Code)
			}
		}
	}
	return out
}

// critical tells whether a result that stands is flagged beyond the panic limits: HH, LL, AA (HL7
// table 0078). What was cancelled or entered in error alarms nobody.
func critical(flags []string, status string) bool {
	if status == "cancelled" || status == "entered-in-error" {
		return false
	}
	return slices.ContainsFunc(flags, func(f string) bool { return f == "HH" || f == "LL" || f == "AA" })
}

// observedAt reads effective[x], else issued.
func (m *message) observedAt(g *group, o *located[observation]) (*time.Time, error) {
	for _, candidate := range []struct{ element, text string }{
		{"effectiveDateTime", o.body.EffectiveDateTime},
		{"effectiveInstant", o.body.EffectiveInstant},
		{"effectivePeriod.start", o.body.EffectivePeriod.Start},
		{"issued", o.body.Issued},
	} {
		at, err := m.when(o.origin, candidate.element, candidate.text, first)
		if err != nil {
			return nil, err
		}
		if at != nil {
			g.happened(at)
			return at, nil
		}
	}
	return nil, nil //nolint:nilnil // the time may be absent
}

// present tells whether there is a value[x].
func (v values) present() bool {
	value, _ := v.words()
	return value != ""
}

// words gives the value as written and its unit.
func (v values) words() (value, unit string) {
	switch {
	case v.Quantity != nil:
		return v.Quantity.Comparator + v.Quantity.Value.String(), v.Quantity.unit()
	case v.Concept != nil:
		return v.Concept.words(), ""
	case v.Boolean != nil:
		return fmt.Sprint(*v.Boolean), ""
	case v.Range != nil:
		return v.Range.words()
	case v.Ratio != nil:
		return v.Ratio.Numerator.words() + " / " + v.Ratio.Denominator.words(), ""
	case v.Period != nil:
		return v.Period.Start + " to " + v.Period.End, ""
	}
	for _, simple := range []string{v.String, v.Integer.String(), v.DateTime, v.Time} {
		if simple != "" {
			return simple, ""
		}
	}
	return "", ""
}

func (q quantity) unit() string {
	if q.Unit != "" {
		return q.Unit
	}
	return q.Code
}

func (q quantity) words() string {
	return strings.TrimSpace(q.Comparator + q.Value.String() + " " + q.unit())
}

// words writes a range as HL7 v2 does: "3.5-5.0", ">=3.5", "<=5.0".
func (r valueRange) words() (value, unit string) {
	switch {
	case r.Low != nil && r.High != nil:
		return r.Low.Value.String() + "-" + r.High.Value.String(), r.Low.unit()
	case r.Low != nil:
		return ">=" + r.Low.Value.String(), r.Low.unit()
	case r.High != nil:
		return "<=" + r.High.Value.String(), r.High.unit()
	}
	return "", ""
}

func rangeWords(ranges []referenceRange) string {
	for _, r := range ranges {
		if r.Text != "" {
			return r.Text
		}
		if value, _ := r.words(); value != "" {
			return value
		}
	}
	return ""
}
