package router

import (
	"context"

	"throughline/care"
)

// PatientChanged tells the patient's enrollments what is known of the patient now, after a person
// changed it.
func (r *Router) PatientChanged(ctx context.Context, patientID care.ID, by care.Actor) error {
	return r.asPerson(ctx, patientID, by, func(ctx context.Context, s *scene) error {
		if err := r.tellPatient(ctx, s); err != nil {
			return err
		}
		return s.failed()
	})
}
