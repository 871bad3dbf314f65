package enrollments

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
)

// Report tells an enrollment what happened.
type Report struct {
	Kind        engine.EventKind        `json:"kind" enum:"appointment.booked,appointment.cancelled,appointment.noshow,appointment.kept,observation.recorded,need.identified,patient.died,fact.recorded,enrollment.enter_in_error" doc:"What happened"`
	OccurredAt  time.Time               `json:"occurred_at,omitzero" doc:"When; default: now"`
	Reason      string                  `json:"reason,omitempty" maxLength:"2000"`
	Appointment *ReportedAppointment    `json:"appointment,omitempty" doc:"With appointment.*"`
	Observation *care.ObservationReport `json:"observation,omitempty" doc:"With observation.recorded"`
	Need        string                  `json:"need,omitempty" maxLength:"100" doc:"With need.identified: the Gravity SDOH category"`
	Facts       map[string]any          `json:"facts,omitempty" doc:"With fact.recorded: the pathway's facts to set anew, by name; needs a reason"`
}

type eventInput struct {
	rest.ByID
	Body Report
}

// ReportedAppointment is what is told of a visit.
type ReportedAppointment struct {
	Identifier string     `json:"identifier,omitempty" maxLength:"200"`
	Start      *time.Time `json:"start,omitempty"`
	Barrier    string     `json:"barrier,omitempty" maxLength:"100" doc:"What kept the patient away"`
}

func registerEvent(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "report-event", Path: "/enrollments/{id}/events", Tag: tag, Summary: "Tell an enrollment what happened",
		Text: "For what no other operation and no inbound message tells. The enrollment's own timeline shows what follows.",
	}, d.event)
}

// appointmentStatus says how a visit stands after each event.
var appointmentStatus = map[engine.EventKind]care.AppointmentStatus{
	engine.AppointmentBooked: care.AppointmentBooked, engine.AppointmentCancel: care.AppointmentCancelled,
	engine.AppointmentNoShow: care.AppointmentNoShow, engine.AppointmentKept: care.AppointmentKept,
}

func (d Deps) event(ctx context.Context, in *eventInput) (*rest.One[EnrollmentDetail], error) {
	b := in.Body
	ev := engine.Event{Kind: b.Kind, OccurredAt: b.OccurredAt, Reason: b.Reason, Observation: b.Observation, Need: b.Need, Answers: FactsOf(b.Facts)}
	if status, isVisit := appointmentStatus[b.Kind]; isVisit {
		ev.Appointment = &care.Appointment{Status: status}
		if b.Appointment != nil {
			ev.Appointment = &care.Appointment{Identifier: b.Appointment.Identifier, Status: status, Start: b.Appointment.Start, Barrier: b.Appointment.Barrier}
		}
	}
	if b.Kind != engine.FactRecorded && len(b.Facts) > 0 {
		return nil, care.Errorf(care.Invalid, "facts are set by fact.recorded").At("facts")
	}
	switch {
	case b.Kind == engine.ObservationMade && b.Observation == nil:
		return nil, care.Errorf(care.Invalid, "say what was observed").At("observation")
	case b.Kind == engine.NeedIdentified && b.Need == "":
		return nil, care.Errorf(care.Invalid, "say which need").At("need")
	}
	return d.do(ctx, in.ID, ev)
}
