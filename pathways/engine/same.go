package engine

import (
	"reflect"
	"slices"
	"time"

	"throughline/care"
)

// What most turns ask of most steps and clocks is whether they are as they were. These comparisons
// answer that without reflection and without making the rows. They may say no of what is the same,
// never yes of what is not: TestSame holds them to every field there is.

func sameStep(a, b *Step) bool {
	return a.ID == b.ID && a.Occurrence == b.Occurrence && a.Kind == b.Kind && a.Track == b.Track && a.Personal == b.Personal &&
		a.Status == b.Status && a.Outcome == b.Outcome && a.Reason == b.Reason &&
		sameTime(a.OpenedAt, b.OpenedAt) && sameTime(a.EndedAt, b.EndedAt) && sameTime(a.OpensAt, b.OpensAt) &&
		a.Round == b.Round && a.Ready == b.Ready && a.Offered == b.Offered && a.Missed == b.Missed && a.Cause == b.Cause &&
		sameBehind(a.Task, b.Task, sameTask) && slices.Equal(a.Attempts, b.Attempts) && sameBehind(a.Appointment, b.Appointment, sameAppointment) &&
		a.NoShows == b.NoShows && sameBehind(a.Referral, b.Referral, sameReferralRun) && a.MessageID == b.MessageID &&
		sameBehind(a.Score, b.Score, sameScore) && sameFacts(a.Supplied, b.Supplied) && sameBehind(a.Sub, b.Sub, sameSub)
}

func sameSub(a, b *SubRun) bool { return reflect.DeepEqual(a, b) }

// sameScore and sameFacts compare values that may be lists, which == cannot.
func sameScore(a, b *care.Score) bool { return reflect.DeepEqual(a, b) }

func sameFacts(a, b []care.FactValue) bool {
	return len(a) == len(b) && (len(a) == 0 || reflect.DeepEqual(a, b))
}

// sameBehind compares what lies behind pointers.
func sameBehind[T any](a, b *T, equal func(a, b *T) bool) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a == b || equal(a, b)
}

// sameOrNone tells whether what lies behind the pointers is the same to the last field, as far as a row
// can tell; what is not there is never the same.
func sameOrNone[T any](a, b *T, equal func(a, b *T) bool) bool {
	return a != nil && b != nil && (equal(a, b) || reflect.DeepEqual(a, b))
}

// sameRow compares what is told of a step.
func sameRow(a, b care.Step) bool {
	if a.EnrollmentID == b.EnrollmentID && a.Step == b.Step && a.Occurrence == b.Occurrence && a.Kind == b.Kind && a.Title == b.Title &&
		a.Track == b.Track && a.Status == b.Status && a.Outcome == b.Outcome && a.Reason == b.Reason &&
		sameTime(a.OpenedAt, b.OpenedAt) && sameTime(a.EndedAt, b.EndedAt) && sameTime(a.OpensAt, b.OpensAt) && a.Personal == b.Personal &&
		sameBehind(a.Score, b.Score, sameScore) && a.Discretionary == b.Discretionary && a.Offered == b.Offered && a.Child == b.Child && a.Cause == b.Cause {
		return true
	}
	return reflect.DeepEqual(a, b)
}

func sameTime(a, b *time.Time) bool {
	return sameBehind(a, b, func(a, b *time.Time) bool { return identical(*a, *b) })
}

// identical times are written alike, which the same instant in two zones is not.
func identical(a, b time.Time) bool { return a == b } //nolint:staticcheck // Equal would take them for the same

func sameNext(a, b *care.Next) bool { return a.Text == b.Text && sameTime(a.At, b.At) }

func sameTask(a, b *care.Task) bool {
	return a.ID == b.ID && a.EnrollmentID == b.EnrollmentID && a.PatientID == b.PatientID && a.Step == b.Step && a.Occurrence == b.Occurrence &&
		a.Kind == b.Kind && a.Title == b.Title && a.Instructions == b.Instructions && a.Form == b.Form && slices.Equal(a.Outcomes, b.Outcomes) &&
		a.Role == b.Role && a.Assignee == b.Assignee && a.Status == b.Status && a.Priority == b.Priority &&
		identical(a.OpenedAt, b.OpenedAt) && sameTime(a.DueAt, b.DueAt) && a.DueReason == b.DueReason && a.Missed == b.Missed &&
		sameTime(a.EndedAt, b.EndedAt) && a.Outcome == b.Outcome && a.Attempts == b.Attempts && a.LiveAttempts == b.LiveAttempts &&
		a.Cause == b.Cause && sameBehind(a.Next, b.Next, sameNext)
}

func sameAppointment(a, b *care.Appointment) bool {
	return a.Identifier == b.Identifier && a.Status == b.Status && sameTime(a.Start, b.Start) && a.Barrier == b.Barrier
}

func sameReferralRun(a, b *ReferralRun) bool {
	return a.Phase == b.Phase && a.Need == b.Need && sameBehind(a.Current, b.Current, sameReferral) && slices.Equal(a.Candidates, b.Candidates) &&
		slices.Equal(a.Asked, b.Asked) && a.Attempt == b.Attempt && a.Search == b.Search
}

func sameReferral(a, b *care.Referral) bool {
	return a.ID == b.ID && a.EnrollmentID == b.EnrollmentID && a.PatientID == b.PatientID && a.Step == b.Step && a.Occurrence == b.Occurrence &&
		a.Attempt == b.Attempt && a.Need == b.Need && a.ServiceID == b.ServiceID && a.ServiceName == b.ServiceName && a.Status == b.Status &&
		a.Reason == b.Reason && a.Outcome == b.Outcome && a.PartOf == b.PartOf && sameTime(a.SentAt, b.SentAt) &&
		sameTime(a.AcknowledgedAt, b.AcknowledgedAt) && sameTime(a.ContactedAt, b.ContactedAt) && sameTime(a.EndedAt, b.EndedAt) &&
		sameTime(a.DueAt, b.DueAt) && a.WaitsFor == b.WaitsFor && a.Cause == b.Cause && sameBehind(a.Next, b.Next, sameNext)
}

func sameClock(a, b *Clock) bool {
	return a.Name == b.Name && a.Step == b.Step && a.Occurrence == b.Occurrence && a.Status == b.Status && identical(a.Anchor, b.Anchor) &&
		a.Offset == b.Offset && identical(a.Due, b.Due) && a.Reason == b.Reason && a.Pause == b.Pause && a.Source == b.Source && a.Moved == b.Moved &&
		sameTime(a.PausedAt, b.PausedAt) && a.Lost == b.Lost && a.LostDays == b.LostDays && a.Settled == b.Settled && slices.Equal(a.Stood, b.Stood) && a.Cause == b.Cause && a.Ladder == b.Ladder &&
		slices.Equal(a.Rungs, b.Rungs)
}
