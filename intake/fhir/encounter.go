package fhir

import (
	"strings"

	"throughline/care"
)

// statuses are the codes of Encounter.status (R4 encounter-status, and those that R5 added). An
// unknown status says nothing.
var statuses = map[string]care.EncounterStatus{
	"planned":          care.EncounterPlanned,
	"arrived":          care.EncounterInProgress,
	"triaged":          care.EncounterInProgress,
	"in-progress":      care.EncounterInProgress,
	"onleave":          care.EncounterInProgress,
	"finished":         care.EncounterDischarged,
	"cancelled":        care.EncounterCancelled,
	"entered-in-error": care.EncounterCancelled,
	"unknown":          "",
	"on-hold":          care.EncounterInProgress, // R5
	"discharged":       care.EncounterDischarged, // R5: has left, paperwork open
	"completed":        care.EncounterDischarged, // R5
	"discontinued":     care.EncounterDischarged, // R5: started, ended early
}

func (m *message) gatherEncounters() error {
	diagnoses, err := m.diagnoses()
	if err != nil {
		return err
	}
	for _, e := range m.encounters {
		g, err := m.groupOf(e.origin, "subject", e.body.Subject)
		if err != nil {
			return err
		}
		if g == nil {
			m.unread["Encounter of no patient"]++
			continue
		}
		report, err := m.encounter(g, e)
		if err != nil {
			return err
		}
		report.Diagnoses = diagnoses[e.origin]
		g.in.Encounters = append(g.in.Encounters, report)
	}
	return nil
}

// encounter tells a stay as it stands. Its status decides what its period means: period.end is a
// discharge only of a stay that is over, period.start an admission only of one that has begun.
func (m *message) encounter(g *group, e *located[encounter]) (care.EncounterReport, error) {
	report := care.EncounterReport{
		Act:        care.ActSnapshot,
		Identifier: m.businessID(e.origin, e.body.Identifier),
		Facility:   m.facility(e),
	}
	var err error
	if report.Class, err = m.class(g, e); err != nil {
		return report, err
	}
	if report.Status, err = m.status(g, e); err != nil {
		return report, err
	}
	if err := m.period(g, e, &report); err != nil {
		return report, err
	}
	if report.Status == care.EncounterDischarged {
		report.Disposition = m.disposition(g, e)
	}
	m.expectEvent(g, e.origin, report.Status)
	return report, nil
}

func (m *message) status(g *group, e *located[encounter]) (care.EncounterStatus, error) {
	if e.body.Status == "" {
		return "", invalid(e.path+".status", "is missing; without it nobody can tell an admission from a discharge: send planned, in-progress, finished, …")
	}
	status, ok := statuses[e.body.Status]
	if !ok {
		return "", invalid(e.path+".status", "is no code of encounter-status; send planned, arrived, triaged, in-progress, onleave, finished, cancelled, entered-in-error or unknown")
	}
	if status == "" {
		g.notes.add("Encounter.status is unknown: neither an admission nor a discharge", e.path)
	}
	return status, nil
}

func (m *message) period(g *group, e *located[encounter], report *care.EncounterReport) error {
	start, err := m.when(e.origin, "period.start", e.body.Period.Start, first)
	if err != nil {
		return err
	}
	end, err := m.when(e.origin, "period.end", e.body.Period.End, last)
	if err != nil {
		return err
	}
	if start != nil && end != nil && end.Before(*start) {
		g.notes.add("Encounter.period ends before it starts", e.path)
	}
	switch report.Status {
	case care.EncounterDischarged:
		report.AdmittedAt, report.DischargedAt = start, end
		g.happened(start, end)
		if end == nil {
			g.notes.add("Encounter.period.end is missing though the stay is finished: when it ended stays unknown", e.path)
		}
	case care.EncounterInProgress:
		report.AdmittedAt = start
		g.happened(start)
		if end != nil {
			g.notes.add("Encounter.period.end is set though the stay goes on: not a discharge", e.path)
		}
	default:
		g.expected(start, end)
	}
	return nil
}

// facility names the hospital: the provider, else the place.
func (m *message) facility(e *located[encounter]) string {
	if name := m.place(e.origin, e.body.ServiceProvider, "Organization"); name != "" {
		return name
	}
	for _, l := range e.body.Location {
		if name := m.place(e.origin, l.Location, "Location"); name != "" {
			return name
		}
	}
	return ""
}

func (m *message) place(from *origin, r reference, kind string) string {
	if o := m.lookup(from, r, kind); o != nil && m.places[o] != "" {
		return m.places[o]
	}
	return strings.TrimSpace(r.Display)
}

// expectEvent warns where the message's event (Da Vinci notifications) and the stay's status
// disagree; the status decides.
func (m *message) expectEvent(g *group, o *origin, status care.EncounterStatus) {
	if m.event == "notification-discharge" && status != care.EncounterDischarged {
		g.notes.add("A discharge notification whose Encounter.status is not finished: no discharge", o.path)
	}
	if m.event == "notification-admit" && status == care.EncounterDischarged {
		g.notes.add("An admit notification whose Encounter.status is finished: the stay is over", o.path)
	}
}
