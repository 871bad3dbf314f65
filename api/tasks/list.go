package tasks

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/store"
)

type listInput struct {
	rest.Page
	Assignee     string            `query:"assignee" maxLength:"100" doc:"Who holds it"`
	Unassigned   bool              `query:"unassigned" doc:"Only what nobody holds"`
	Role         []string          `query:"role" maxItems:"20" doc:"One of these roles owns it"`
	Status       []care.TaskStatus `query:"status" enum:"requested,in-progress,on-hold,completed,cancelled" doc:"One of these"`
	Open         bool              `query:"open" doc:"Only what is still to be done"`
	DueBefore    time.Time         `query:"due_before" doc:"Only what is due before"`
	PatientID    string            `query:"patient_id" maxLength:"64" doc:"About whom, those merged into them included"`
	EnrollmentID string            `query:"enrollment_id" maxLength:"64"`
	Sort         string            `query:"sort" enum:"due" default:"due" doc:"By deadline, undated last"`
}

func registerList(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "list-tasks", Path: "/tasks", Tag: tag, Summary: "List tasks by deadline, undated last"}, d.list)
}

func (d Deps) list(ctx context.Context, in *listInput) (*rest.Listed[care.Task], error) {
	f := store.TaskFilter{
		Assignee: in.Assignee, Unassigned: in.Unassigned, Roles: in.Role, Status: in.Status, Open: in.Open,
		PatientID: in.PatientID, EnrollmentID: in.EnrollmentID,
	}
	if !in.DueBefore.IsZero() {
		f.DueBefore = &in.DueBefore
	}
	return rest.ListOf(d.Store.ListTasks(ctx, f, in.Store()))
}
