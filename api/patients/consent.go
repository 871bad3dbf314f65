package patients

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
)

// NewConsent is what a patient says about sharing.
type NewConsent struct {
	Purpose   string     `json:"purpose" minLength:"1" maxLength:"100" doc:"The need that is referred for: a Gravity SDOH category"`
	Given     bool       `json:"given" doc:"Given or refused"`
	How       string     `json:"how,omitempty" enum:"verbal,written,form" default:"verbal"`
	GivenAt   time.Time  `json:"given_at,omitzero" doc:"Default: now"`
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
}

type consentInput struct {
	rest.ByID
	Body NewConsent
}

func registerConsent(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "record-consent", Path: "/patients/{id}/consents", Tag: tag, Summary: "Record what a patient agrees to share, or not", Status: http.StatusCreated,
		Text: "Running pathways that wait for it go on.",
	}, d.consent)
}

func (d Deps) consent(ctx context.Context, in *consentInput) (*rest.One[care.Consent], error) {
	if _, err := d.Store.Patient(ctx, in.ID); err != nil {
		return nil, err
	}
	b := in.Body
	c := care.Consent{
		ID: rest.EventID(ctx), PatientID: in.ID, Purpose: b.Purpose, Given: b.Given, How: b.How,
		RecordedBy: rest.ActorOf(ctx), GivenAt: b.GivenAt, ExpiresAt: b.ExpiresAt,
	}
	if c.GivenAt.IsZero() {
		c.GivenAt = d.Now().UTC()
	}
	if err := d.Store.PutConsent(ctx, c); err != nil {
		return nil, err
	}
	ev := engine.Event{ID: "consent:" + c.ID, Kind: engine.ConsentRecorded, OccurredAt: c.GivenAt, Purpose: c.Purpose, Given: c.Given}
	return rest.OneOf(c, d.tellRunning(ctx, in.ID, ev))
}

// tellRunning tells every running enrollment of a patient. One that ended meanwhile needs no telling.
func (d Deps) tellRunning(ctx context.Context, patientID care.ID, ev engine.Event) error {
	running, err := d.Store.ActiveEnrollments(ctx, patientID)
	if err != nil {
		return err
	}
	for _, e := range running {
		if err := d.Commands.Send(ctx, e.ID, ev); err != nil && care.CodeOf(err) != care.Conflict {
			return err
		}
	}
	return nil
}
