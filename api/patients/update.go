package patients

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/store"
)

// PatientChange is what changes of a patient; what is left out stays.
type PatientChange struct {
	Identifiers *[]care.Identifier `json:"identifiers,omitempty" maxItems:"50"`
	FamilyName  *string            `json:"family_name,omitempty" minLength:"1" maxLength:"200"`
	GivenName   *string            `json:"given_name,omitempty" maxLength:"200"`
	BirthDate   *string            `json:"birth_date,omitempty" pattern:"^([0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?)?$" patternDescription:"a date, as precise as known: 1950, 1950-03 or 1950-03-02"`
	Sex         *string            `json:"sex,omitempty" enum:"male,female,other,unknown"`
	Language    *string            `json:"language,omitempty" maxLength:"35"`
	Zone        *string            `json:"zone,omitempty" maxLength:"60"`
	Address     *care.Address      `json:"address,omitempty"`
	Telecoms    *[]NewTelecom      `json:"telecoms,omitempty" maxItems:"20"`
	WorksNights *bool              `json:"works_nights,omitempty"`
	Deceased    *bool              `json:"deceased,omitempty"`
	DeceasedAt  *time.Time         `json:"deceased_at,omitempty"`
}

type updateInput struct {
	rest.ByID
	rest.IfMatch
	Body PatientChange
}

func registerUpdate(a huma.API, d Deps) {
	rest.Change(a, http.MethodPatch, rest.Op{
		ID: "update-patient", Path: "/patients/{id}", Tag: tag, Summary: "Change what is known of a patient",
		Text: "What is left out stays. Running pathways follow: another time zone moves their deadlines, a death ends them.",
	}, d.update)
}

func (d Deps) update(ctx context.Context, in *updateInput) (*patientOutput, error) {
	err := d.Store.Tx(ctx, rest.ActorOf(ctx), func(tx *store.Tx) error {
		p, err := tx.Patient(in.ID)
		if err != nil {
			return err
		}
		if p.MergedInto != "" {
			return care.Errorf(care.Conflict, "the patient was merged into another one: change that one").By("patient.merged")
		}
		if err := in.Refuse(ctx, rest.ETag(*p), "the last change was made on "+p.UpdatedAt.UTC().Format(time.RFC3339)); err != nil {
			return err
		}
		in.apply(p)
		if err := check(p); err != nil {
			return err
		}
		p.UpdatedAt = time.Time{} // the store's clock says
		return tx.PutPatient(p)
	})
	if err != nil {
		return nil, err
	}
	if err := d.Watcher.PatientChanged(ctx, in.ID, rest.ActorOf(ctx)); err != nil {
		return nil, err
	}
	return d.read(ctx, in.ID)
}

func (in *updateInput) apply(p *care.Patient) {
	b := in.Body
	set(&p.Identifiers, b.Identifiers)
	set(&p.FamilyName, b.FamilyName)
	set(&p.GivenName, b.GivenName)
	set(&p.BirthDate, b.BirthDate)
	set(&p.Sex, b.Sex)
	set(&p.Language, b.Language)
	set(&p.Zone, b.Zone)
	set(&p.WorksNight, b.WorksNights)
	set(&p.Deceased, b.Deceased)
	if b.Address != nil {
		p.Address = b.Address
	}
	if b.Telecoms != nil {
		p.Telecoms = telecomsOf(*b.Telecoms)
	}
	if b.DeceasedAt != nil {
		p.DeceasedAt, p.Deceased = b.DeceasedAt, true
	}
	if !p.Deceased {
		p.DeceasedAt = nil
	}
}

func set[T any](field, given *T) {
	if given != nil {
		*field = *given
	}
}
