package fhir

import (
	"fmt"

	"throughline/care"
)

// visitStatuses are the codes of Appointment.status. An appointment that isn't agreed on yet
// (proposed, pending, waitlist) is none.
var visitStatuses = map[string]care.AppointmentStatus{
	"booked":           care.AppointmentBooked,
	"arrived":          care.AppointmentBooked, // is there, not yet seen
	"checked-in":       care.AppointmentBooked,
	"fulfilled":        care.AppointmentKept,
	"noshow":           care.AppointmentNoShow,
	"cancelled":        care.AppointmentCancelled,
	"entered-in-error": care.AppointmentCancelled,
	"proposed":         "",
	"pending":          "",
	"waitlist":         "",
}

func (m *message) gatherAppointments() error {
	for _, a := range m.appointments {
		status, ok := visitStatuses[a.body.Status]
		if !ok {
			return invalid(a.path+".status", "is missing or no code of appointmentstatus; send booked, arrived, fulfilled, noshow or cancelled")
		}
		if status == "" {
			m.unread["Appointment that is not booked yet"]++
			continue
		}
		groups, err := m.attending(a)
		if err != nil {
			return err
		}
		for _, g := range groups {
			report, err := m.appointment(g, a, status)
			if err != nil {
				return err
			}
			g.in.Appointments = append(g.in.Appointments, report)
		}
	}
	return nil
}

// attending gives the patients among the participants.
func (m *message) attending(a *located[appointment]) ([]*group, error) {
	var out []*group
	var unclear error // counts only if no patient is found: it may be a practitioner that wasn't sent along
	seen := map[*group]bool{}
	for i, p := range a.body.Participant {
		if p.Actor.Reference == "" && p.Actor.Type != "Patient" {
			continue // a practitioner or a place, by name or by identifier
		}
		g, err := m.groupOf(a.origin, fmt.Sprintf("participant[%d].actor", i), p.Actor)
		if err != nil && unclear == nil {
			unclear = err
		}
		if g != nil && !seen[g] {
			seen[g] = true
			out = append(out, g)
		}
	}
	if len(out) > 0 {
		return out, nil
	}
	if unclear != nil {
		return nil, unclear
	}
	g, err := m.onlyPatient(a.origin, "participant")
	return []*group{g}, err
}

func (m *message) appointment(g *group, a *located[appointment], status care.AppointmentStatus) (care.AppointmentReport, error) {
	report := care.AppointmentReport{Identifier: m.businessID(a.origin, a.body.Identifier), Status: status, Reason: reason(a.body, status), Service: service(a.body)}
	var err error
	if report.Start, err = m.when(a.origin, "start", a.body.Start, first); err != nil {
		return report, err
	}
	if report.End, err = m.when(a.origin, "end", a.body.End, last); err != nil {
		return report, err
	}
	if status == care.AppointmentKept || status == care.AppointmentNoShow {
		g.happened(report.Start)
		return report, nil
	}
	g.expected(report.Start)
	return report, nil
}

// reason says why it was cancelled, else what it is for.
func reason(a appointment, status care.AppointmentStatus) string {
	if status == care.AppointmentCancelled && a.CancelationReason.words() != "" {
		return a.CancelationReason.words()
	}
	for _, c := range a.ReasonCode {
		if c.words() != "" {
			return c.words()
		}
	}
	return a.Description
}

func service(a appointment) string {
	for _, c := range append(a.ServiceType, a.AppointmentType) {
		if c.words() != "" {
			return c.words()
		}
	}
	return ""
}
