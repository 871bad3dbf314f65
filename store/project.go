package store

import (
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"throughline/pathways/engine"
)

// The projections, in the order of the tables in the schema.
var (
	stepColumns = projection{
		table: "steps", key: []string{"enrollment_id", "step", "occurrence"}, context: []string{"enrollment_id"},
		columns: []column{
			{name: "step", kind: "text"}, {name: "occurrence", kind: "integer"}, {name: "kind", kind: "text"},
			{name: "status", kind: "text"}, {name: "opens_at", kind: "timestamptz"},
		},
	}
	clockColumns = projection{
		table: "clocks", key: []string{"enrollment_id", "clock", "step", "occurrence"}, context: []string{"enrollment_id"},
		columns: []column{
			{name: "clock", kind: "text"}, {name: "step", kind: "text"}, {name: "occurrence", kind: "integer"},
			{name: "status", kind: "text"}, {name: "due_at", kind: "timestamptz"},
		},
	}
	taskColumns = projection{
		table: "tasks", key: []string{"id"}, context: []string{"enrollment_id", "patient_id"},
		columns: []column{
			{name: "id", kind: "uuid"}, {name: "kind", kind: "text"}, {name: "role", kind: "text"},
			{name: "assignee", kind: "text"}, {name: "status", kind: "text"}, {name: "priority", kind: "integer"},
			{name: "opened_at", kind: "timestamptz"}, {name: "due_at", kind: "timestamptz"},
			{name: "ended_at", kind: "timestamptz"}, {name: "missed", kind: "boolean"}, {name: "outcome", kind: "text"},
		},
	}
	transitionColumns = projection{
		table: "transitions", context: []string{"enrollment_id", "seq", "ordinal"}, grows: true,
		columns: []column{
			{name: "item", kind: "uuid"}, {name: "item_kind", kind: "text"},
			{name: "from_status", kind: "text", field: "from"}, {name: "to_status", kind: "text", field: "to"},
			{name: "owner", kind: "text"}, {name: "effective_at", kind: "timestamptz"}, {name: "recorded_at", kind: "timestamptz"},
		},
	}
	attemptColumns = projection{
		table: "attempts", key: []string{"id"}, context: []string{"enrollment_id"},
		columns: []column{
			{name: "id", kind: "uuid"}, {name: "task_id", kind: "uuid"}, {name: "mode", kind: "text"},
			{name: "reached", kind: "boolean"}, {name: "occurred_at", kind: "timestamptz"},
		},
	}
	escalationColumns = projection{
		table: "escalations", key: []string{"id"}, context: []string{"enrollment_id", "patient_id"},
		columns: []column{
			{name: "id", kind: "uuid"}, {name: "task_id", kind: "uuid"}, {name: "level", kind: "text"},
			{name: "kind", kind: "text"}, {name: "status", kind: "text"},
			{name: "raised_at", kind: "timestamptz"}, {name: "ended_at", kind: "timestamptz"},
		},
	}
	referralColumns = projection{
		table: "referrals", key: []string{"id"}, context: []string{"enrollment_id", "patient_id"},
		columns: []column{
			{name: "id", kind: "uuid"}, {name: "need", kind: "text"}, {name: "service_id", kind: "uuid"},
			{name: "status", kind: "text"}, {name: "sent_at", kind: "timestamptz"}, {name: "due_at", kind: "timestamptz"},
			{name: "ended_at", kind: "timestamptz"}, {name: "outcome", kind: "text"},
		},
	}
	messageColumns = projection{
		table: "messages", key: []string{"id"}, context: []string{"enrollment_id", "patient_id"},
		columns: []column{
			{name: "id", kind: "uuid"}, {name: "purpose", kind: "text"}, {name: "recipient", kind: "text", field: "to"},
			{name: "status", kind: "text"}, {name: "queued_at", kind: "timestamptz"}, {name: "ended_at", kind: "timestamptz"},
		},
	}
	timelineColumns = projection{
		table: "timeline", context: []string{"enrollment_id", "seq", "ordinal", "patient_id"}, grows: true,
		columns: []column{{name: "kind", kind: "text"}, {name: "occurred_at", kind: "timestamptz"}},
	}
	enrollmentColumns = projection{
		table: "enrollments", key: []string{"id"}, context: []string{"patient_id", "seq", "definition", "wakes_at"},
		columns: []column{
			{name: "id", kind: "uuid"}, {name: "encounter_id", kind: "uuid"}, {name: "pathway", kind: "text"},
			{name: "version", kind: "integer"}, {name: "status", kind: "text"}, {name: "outcome", kind: "text"},
			{name: "owner", kind: "text"}, {name: "started_at", kind: "timestamptz"}, {name: "ended_at", kind: "timestamptz"},
		},
	}
)

// The statements, each made once.
var (
	putSteps       = stepColumns.statement()
	putClocks      = clockColumns.statement()
	putTasks       = taskColumns.statement()
	putTransitions = transitionColumns.statement([2]string{"actor_kind", "turn.body -> 'actor' ->> 'kind'"})
	putAttempts    = attemptColumns.statement()
	putEscalations = escalationColumns.statement()
	putReferrals   = referralColumns.statement()
	putMessages    = messageColumns.statement()
	putTimeline    = timelineColumns.statement()
	putEnrollments = enrollmentColumns.statement(holdCounts("turn.enrollment_id")...)
	putWakes       = wakeStatement(holdCounts("e.id"))
)

// holdCounts counts, from the tables and not from what the engine says, what holds an enrollment.
// It is counted with every commit, when there is little to count, so that the proof can add up a
// million enrollments from one index.
func holdCounts(enrollment string) [][2]string {
	return [][2]string{
		{"running_clocks", "(SELECT count(*) FROM clocks c WHERE c.enrollment_id = " + enrollment + " AND c.status = 'running')"},
		{"timed_steps", "(SELECT count(*) FROM steps s WHERE s.enrollment_id = " + enrollment +
			" AND s.status IN ('waiting', 'open') AND s.opens_at IS NOT NULL)"},
		{"owned_items", "(SELECT count(*) FROM tasks t WHERE t.enrollment_id = " + enrollment +
			" AND t.open AND (t.role <> '' OR t.assignee <> ''))"},
		{"partner_waits", "(SELECT count(*) FROM referrals r WHERE r.enrollment_id = " + enrollment +
			" AND r.open AND r.due_at IS NOT NULL)"},
	}
}

// wakeStatement brings an enrollment up to date after a turn that said nothing about it.
func wakeStatement(counts [][2]string) string {
	var set strings.Builder
	for _, c := range counts {
		set.WriteString(", " + c[0] + " = " + c[1])
	}
	return "UPDATE enrollments e SET seq = turn.seq, definition = turn.definition, wakes_at = turn.wakes_at," +
		" body = (e.body - 'wakes_at') || turn.body" + set.String() +
		"\nFROM " + items + "\nWHERE e.id = turn.enrollment_id AND e.seq < turn.seq"
}

// projected is what turns made of the tables.
type projected struct {
	steps, clocks, tasks, transitions, attempts, escalations, referrals, messages, timeline, consents, enrollments, wakes sheet
}

// wakeBody is what changes of an enrollment with every turn.
type wakeBody struct {
	Seq     int64      `json:"seq"`
	WakesAt *time.Time `json:"wakes_at,omitempty"`
}

// add takes the effects of one turn. Turns of one enrollment are added in their order.
func (p *projected) add(t turnRow) {
	transitions, entries := 0, 0
	told := false
	for _, e := range t.Effects {
		r := t.row()
		switch e.Kind {
		case engine.EnrollmentRow:
			told = true
			body := *e.Enrollment
			body.Seq, body.WakesAt = t.Seq, t.WakesAt
			r.Body = body
			p.enrollments.put(t.EnrollmentID, r)
		case engine.StepRow:
			r.Body = e.Step
			p.steps.put(t.EnrollmentID+"/"+e.Step.Step+"/"+strconv.Itoa(e.Step.Occurrence), r)
		case engine.ClockRow:
			r.Body = e.Clock
			p.clocks.put(t.EnrollmentID+"/"+e.Clock.Clock+"/"+e.Clock.Step+"/"+strconv.Itoa(e.Clock.Occurrence), r)
		case engine.TaskRow:
			r.Body = e.Task
			p.tasks.put(e.Task.ID, r)
		case engine.ReferralRow:
			r.Body = e.Referral
			p.referrals.put(e.Referral.ID, r)
		case engine.EscalationRow:
			r.Body = e.Escalation
			p.escalations.put(e.Escalation.ID, r)
		case engine.MessageRow:
			r.Body = e.Message
			p.messages.put(e.Message.ID, r)
		case engine.AttemptRow:
			r.Body = e.Attempt
			p.attempts.put(e.Attempt.ID, r)
		case engine.ConsentRow:
			r.Body = e.Consent
			p.consents.put(e.Consent.ID, r)
		case engine.Moved:
			transitions++
			r.Ordinal, r.Body = transitions, e.Transition
			p.transitions.add(r)
		case engine.Told:
			entries++
			entry := *e.Timeline
			entry.EnrollmentID, entry.Seq, entry.Ordinal = t.EnrollmentID, t.Seq, entries
			r.Ordinal, r.Body = entries, entry
			p.timeline.add(r)
		case engine.FindServices, engine.StartPathway, engine.EndPathway, engine.TellParent, engine.RevokeLinks:
			// Not rows: activities do them, and the commit alone the last.
		}
	}
	if !told {
		r := t.row()
		r.Body = wakeBody{Seq: t.Seq, WakesAt: t.WakesAt}
		p.wakes.put(t.EnrollmentID, r)
	}
}

func (t turnRow) row() row {
	return row{EnrollmentID: t.EnrollmentID, PatientID: t.PatientID, Seq: t.Seq, Definition: t.Definition.Digest, WakesAt: t.WakesAt}
}

// queue adds the statements. The enrollments come last: they count what the others wrote.
func (p *projected) queue(batch *pgx.Batch) error {
	for _, s := range []struct {
		sheet     *sheet
		statement string
	}{
		{&p.steps, putSteps}, {&p.clocks, putClocks}, {&p.tasks, putTasks}, {&p.transitions, putTransitions},
		{&p.attempts, putAttempts}, {&p.escalations, putEscalations}, {&p.referrals, putReferrals},
		{&p.messages, putMessages}, {&p.timeline, putTimeline}, {&p.consents, putConsents},
		{&p.enrollments, putEnrollments}, {&p.wakes, putWakes},
	} {
		if err := s.sheet.queue(batch, s.statement); err != nil {
			return err
		}
	}
	return nil
}
