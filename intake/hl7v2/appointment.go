package hl7v2

import (
	"strconv"
	"strings"
	"time"

	"throughline/care"
)

// appointmentEvents are the SIU trigger events that say where an appointment stands.
var appointmentEvents = map[string]care.AppointmentStatus{
	"S12": care.AppointmentBooked,    // new
	"S13": care.AppointmentBooked,    // rescheduled
	"S14": care.AppointmentBooked,    // modified
	"S15": care.AppointmentCancelled, // cancelled
	"S16": care.AppointmentCancelled, // discontinued: the rest of a series
	"S17": care.AppointmentCancelled, // deleted: entered in error
	"S26": care.AppointmentNoShow,
}

// fillerStatuses are HL7 table 0278 (SCH-25), as far as they go beyond the event.
var fillerStatuses = map[string]care.AppointmentStatus{
	"COMPLETE": care.AppointmentKept, "COMPLETED": care.AppointmentKept,
	"CANCELLED": care.AppointmentCancelled, "CANCELED": care.AppointmentCancelled, "CANCEL": care.AppointmentCancelled,
	"DC": care.AppointmentCancelled, "DISCONTINUED": care.AppointmentCancelled, "DELETED": care.AppointmentCancelled,
	"NOSHOW": care.AppointmentNoShow,
}

// appointment reads SIU.
func (r *reading) appointment(event string) {
	status, used := appointmentEvents[event]
	if !used {
		r.ignore("SIU^" + clip(event) + " changes resources or the schedule, not an appointment that a pathway waits for.")
		return
	}
	sch := r.msg.Segment("SCH")
	a := care.AppointmentReport{Identifier: r.appointmentID(sch), Status: status}
	if a.Identifier.Value == "" {
		r.ignore("The message names no appointment: SCH-1 and SCH-2 are both empty.")
		return
	}
	if stated := fillerStatuses[normalized(sch.Field(25))]; stated != "" && status == care.AppointmentBooked {
		a.Status = stated
	}
	a.Start, a.End = r.slot(sch)
	if a.Start == nil && a.Status == care.AppointmentBooked {
		r.warnf("neither TQ1-7, SCH-11 nor a resource (AIS, AIG, AIL, AIP) says when the appointment is")
	}
	a.Reason = r.reason(sch, a.Status)
	a.Service = r.service(sch)
	r.in.Appointments = append(r.in.Appointments, a)
	r.in.Patient = r.patient(r.msg.Segment("PID"))
	if r.in.Patient == nil || len(r.in.Patient.Identifiers) == 0 {
		r.warnf("PID-3 is empty: the patient is known only if the appointment is")
	}
}

func normalized(f Field) string {
	return strings.NewReplacer(" ", "", "-", "", "_", "").Replace(strings.ToUpper(f.String()))
}

// appointmentID is the filler's id of the appointment (SCH-2), who keeps the schedule, else the
// placer's (SCH-1).
func (r *reading) appointmentID(sch Segment) care.Identifier {
	for _, at := range []struct {
		field int
		kind  string
	}{{2, "FILL"}, {1, "PLAC"}} {
		rep := sch.Field(at.field).Rep(1)
		value := rep.Component(1).String()
		if value == "" {
			continue
		}
		return care.Identifier{System: r.entityAuthority(rep), Value: value, Type: at.kind}
	}
	return care.Identifier{}
}

// entityAuthority reads who assigned an EI: its last three components are those of an HD.
func (r *reading) entityAuthority(rep Repetition) string {
	namespace, universal, kind := rep.Component(2).String(), rep.Component(3).String(), strings.ToUpper(rep.Component(4).String())
	switch {
	case universal != "" && kind == "ISO":
		return "urn:oid:" + universal
	case namespace != "":
		if mapped, ok := r.opt.Authorities[namespace]; ok {
			return mapped
		}
		return namespace
	}
	return r.msg.facility(r.opt)
}

// resources are the segments of an appointment's resources: where each has its code, its start
// and its duration with unit.
var resources = []struct {
	name                  string
	code, start, duration int
}{{"AIS", 3, 4, 7}, {"AIP", 3, 6, 9}, {"AIL", 3, 6, 9}, {"AIG", 3, 8, 11}}

// slot gives the appointment's start and end: TQ1, which took the place of SCH-11 in 2.5, else
// SCH-11, else the earliest resource.
func (r *reading) slot(sch Segment) (start, end *time.Time) {
	tq1 := r.msg.Segment("TQ1")
	if start = r.instant(tq1, 7); start != nil {
		return start, r.endOr(start, r.instant(tq1, 8), sch)
	}
	timing := sch.Field(11)
	earliest, length := r.earliestResource()
	if start = r.instantOf(timing.Component(4), "SCH", 11); start != nil {
		if earliest != nil && !earliest.Equal(*start) {
			r.warnf("SCH-11 and the resources disagree about the start: SCH-11 was taken")
		}
		return start, r.endOr(start, r.instantOf(timing.Component(5), "SCH", 11), sch)
	}
	if earliest == nil {
		return nil, nil
	}
	if length > 0 {
		until := earliest.Add(length)
		return earliest, &until
	}
	return earliest, r.endOr(earliest, nil, sch)
}

// endOr gives the stated end, else the start with the duration of SCH-9 and SCH-10.
func (r *reading) endOr(start, stated *time.Time, sch Segment) *time.Time {
	if stated != nil && stated.After(*start) {
		return stated
	}
	length := duration(sch.Field(9).String(), sch.Field(10))
	if length == 0 {
		return nil
	}
	until := start.Add(length)
	return &until
}

func (r *reading) earliestResource() (start *time.Time, length time.Duration) {
	for _, kind := range resources {
		for _, s := range r.msg.All(kind.name) {
			at := r.instant(s, kind.start)
			if at == nil || start != nil && !at.Before(*start) {
				continue
			}
			start, length = at, duration(s.Field(kind.duration).String(), s.Field(kind.duration+1))
		}
	}
	return start, length
}

// duration reads a number with its unit: minutes, where none is given.
func duration(number string, unit Field) time.Duration {
	n, err := strconv.ParseFloat(number, 64)
	const longest = 60 * 24 * 366
	if err != nil || n <= 0 || n > longest {
		return 0
	}
	switch u := strings.ToUpper(unit.String()); {
	case u == "S" || strings.HasPrefix(u, "SEC"):
		return time.Duration(n * float64(time.Second))
	case strings.HasPrefix(u, "H"):
		return time.Duration(n * float64(time.Hour))
	case u == "" || strings.HasPrefix(u, "M"):
		return time.Duration(n * float64(time.Minute))
	}
	return 0
}

// reason is why the appointment is (SCH-7), or why it is off (SCH-6, the reason of the event).
func (r *reading) reason(sch Segment, status care.AppointmentStatus) string {
	appointment, event := textOf(sch.Field(7)), textOf(sch.Field(6))
	if status == care.AppointmentBooked || status == care.AppointmentKept {
		return appointment
	}
	return firstOf(event, appointment)
}

// service is what is to be done (AIS-3), else the kind of appointment (SCH-8).
func (r *reading) service(sch Segment) string {
	return firstOf(textOf(r.msg.Segment("AIS").Field(3)), textOf(sch.Field(8)))
}

// textOf gives the words of a coded field, or its code.
func textOf(f Field) string { return firstOf(f.Component(2).Text(), f.Component(1).Text()) }
