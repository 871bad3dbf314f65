package hl7v2

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"throughline/care"
)

// criticalFlags are the codes of HL7 table 0078 that mean a critical result: above the upper
// panic limit, below the lower one, critically abnormal.
var criticalFlags = []string{"HH", "LL", "AA"}

// resultEvents are the ORU events that carry results; the others (waveforms, alerts' state) don't.
var resultEvents = []string{"", "R01", "R03", "R30", "R31", "R32"}

// results reads ORU: every OBX, under the OBR it stands with.
func (r *reading) results(event string) {
	if !slices.Contains(resultEvents, event) {
		r.ignore("ORU^" + clip(event) + " carries no result that a pathway uses.")
		return
	}
	g := resultGroup{}
	for _, s := range r.msg.Segments {
		switch s.Name {
		case "ORC":
			g = resultGroup{orc: s}
		case "OBR":
			g = resultGroup{orc: g.orcOnce(), obr: s, seen: map[string]int{}}
		case "OBX":
			if o, ok := r.observation(&g, s); ok {
				r.in.Observations = append(r.in.Observations, o)
			}
		}
	}
	if len(r.in.Observations) == 0 {
		r.ignore("The message carries no result: no OBX segment names an observation.")
		return
	}
	r.in.Patient = r.patient(r.msg.Segment("PID"))
}

// resultGroup is an order with its results.
type resultGroup struct {
	orc, obr Segment
	seen     map[string]int // how often a code and sub-id came in this group
}

// orcOnce gives the ORC that introduces the next OBR, not one that an earlier OBR has used.
func (g *resultGroup) orcOnce() Segment {
	if g.obr.Present() {
		return Segment{}
	}
	return g.orc
}

// order gives the order's number: the filler's, who reports on it, else the placer's.
func (g *resultGroup) order() string {
	for _, f := range []Field{g.obr.Field(3), g.orc.Field(3), g.obr.Field(2), g.orc.Field(2)} {
		if number := f.Rep(1).Component(1).String(); number != "" {
			return number
		}
	}
	return strings.Join([]string{g.obr.Field(4).String(), g.obr.Field(7).String()}, "@")
}

// observation reads one OBX.
func (r *reading) observation(g *resultGroup, obx Segment) (care.ObservationReport, bool) {
	code := coding(obx.Field(3))
	if code.Code == "" && code.Display == "" {
		r.warnf("an OBX names no observation in OBX-3: left out")
		return care.ObservationReport{}, false
	}
	o := care.ObservationReport{
		Identifier: r.observationID(g, obx),
		Code:       code,
		Value:      observationValue(obx),
		Unit:       obx.Field(6).String(),
		Range:      obx.Field(7).Text(),
		Flags:      flags(obx.Field(8)),
		Status:     r.resultStatus(g, obx),
		ObservedAt: r.observedAt(g, obx),
		IssuedAt:   r.instant(g.obr, 22),
	}
	void := o.Status == "cancelled" || o.Status == "entered-in-error"
	o.Critical = !void && slices.ContainsFunc(o.Flags, func(flag string) bool {
		return slices.Contains(criticalFlags, flag) || slices.Contains(r.opt.CriticalFlags, flag)
	})
	return o, true
}

// observationID is the same for a result and its corrections: order, code, sub-id, and, where a
// report repeats them (one OBX a line of text), which of them it is.
func (r *reading) observationID(g *resultGroup, obx Segment) care.Identifier {
	if g.seen == nil {
		g.seen = map[string]int{}
	}
	within := obx.Field(3).String() + "|" + obx.Field(4).Text()
	g.seen[within]++
	value := g.order() + "|" + within
	if n := g.seen[within]; n > 1 {
		value += fmt.Sprintf("#%d", n)
	}
	return care.Identifier{System: r.msg.facility(r.opt), Value: value}
}

// flags reads OBX-8: since 2.7 a repeating coded field, before that a code.
func flags(f Field) []string {
	var found []string
	for _, rep := range f.Reps() {
		if flag := strings.ToUpper(rep.Component(1).String()); flag != "" {
			found = append(found, flag)
		}
	}
	return found
}

// resultStatuses are HL7 table 0085 (OBX-11) in FHIR's words.
var resultStatuses = map[string]string{
	"F": "final", "U": "final", "V": "final",
	"C": "corrected", "A": "corrected", "B": "corrected",
	"P": "preliminary", "R": "preliminary", "S": "preliminary",
	"D": "entered-in-error", "W": "entered-in-error",
	"X": "cancelled", "N": "cancelled", "O": "cancelled",
	"I": "registered",
}

// orderStatuses are HL7 table 0123 (OBR-25), where the result itself says nothing.
var orderStatuses = map[string]string{
	"F": "final", "C": "corrected", "P": "preliminary", "R": "preliminary", "A": "preliminary",
	"X": "cancelled", "I": "registered", "S": "registered", "O": "registered",
}

func (r *reading) resultStatus(g *resultGroup, obx Segment) string {
	if status := resultStatuses[strings.ToUpper(obx.Field(11).String())]; status != "" {
		return status
	}
	if status := orderStatuses[strings.ToUpper(g.obr.Field(25).String())]; status != "" {
		return status
	}
	r.warnf("neither OBX-11 nor OBR-25 says how final a result is")
	return "unknown"
}

// observedAt is OBX-14, else when the specimen was taken (OBR-7).
func (r *reading) observedAt(g *resultGroup, obx Segment) *time.Time {
	if at := r.instant(obx, 14); at != nil {
		return at
	}
	return r.instant(g.obr, 7)
}

// observationValue reads OBX-5 by its data type (OBX-2) as people write such a value. Documents
// (ED, RP) are named, not carried.
func observationValue(obx Segment) string {
	f := obx.Field(5)
	kind := strings.ToUpper(obx.Field(2).String())
	var values []string
	for _, rep := range f.Reps() {
		if value := valueOf(kind, rep); value != "" {
			values = append(values, value)
		}
	}
	switch kind {
	case "TX", "FT", "ST":
		return strings.Join(values, "\n")
	}
	return strings.Join(values, ", ")
}

func valueOf(kind string, rep Repetition) string {
	c := func(n int) string { return rep.Component(n).Text() }
	switch kind {
	case "NM", "ID", "IS", "SI":
		return c(1)
	case "SN":
		return strings.TrimSpace(c(1) + c(2) + c(3) + c(4))
	case "CE", "CWE", "CNE", "CF":
		return firstOf(c(2), c(9), c(5), c(1), c(4))
	case "NR", "DR":
		return strings.Trim(c(1)+" - "+c(2), " -")
	case "ED":
		return strings.TrimSpace("document " + c(3))
	case "RP":
		return "document at the sender"
	case "CX":
		return c(1)
	case "CQ":
		return strings.TrimSpace(c(1) + " " + rep.Component(2).String())
	case "XPN", "XCN", "PPN":
		return personName(kind, rep)
	}
	return rep.Text()
}

func personName(kind string, rep Repetition) string {
	first := 1
	if kind != "XPN" {
		first = 2 // after the id
	}
	return strings.TrimSpace(rep.Component(first+1).String() + " " + rep.Component(first).String())
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
