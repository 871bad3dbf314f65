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

// NewPatient is a patient to be added.
type NewPatient struct {
	Identifiers []care.Identifier `json:"identifiers,omitempty" maxItems:"50"`
	FamilyName  string            `json:"family_name" minLength:"1" maxLength:"200"`
	GivenName   string            `json:"given_name,omitempty" maxLength:"200"`
	BirthDate   string            `json:"birth_date,omitempty" pattern:"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$" patternDescription:"a date, as precise as known: 1950, 1950-03 or 1950-03-02"`
	Sex         string            `json:"sex,omitempty" enum:"male,female,other,unknown" doc:"FHIR administrative-gender"`
	Language    string            `json:"language,omitempty" maxLength:"35" doc:"BCP 47" example:"es-MX"`
	Zone        string            `json:"zone,omitempty" maxLength:"60" doc:"IANA; default: the organization's" example:"America/Chicago"`
	Address     *care.Address     `json:"address,omitempty"`
	Telecoms    []NewTelecom      `json:"telecoms,omitempty" maxItems:"20"`
	WorksNights bool              `json:"works_nights,omitempty"`
	Deceased    bool              `json:"deceased,omitempty"`
	DeceasedAt  *time.Time        `json:"deceased_at,omitempty"`
}

type createInput struct {
	Body NewPatient
}

// NewTelecom is a way to reach a patient.
type NewTelecom struct {
	System string `json:"system" enum:"phone,sms,email"`
	Value  string `json:"value" minLength:"1" maxLength:"300"`
	Use    string `json:"use,omitempty" enum:"home,work,mobile"`
}

type patientOutput struct {
	ETag string `header:"ETag"` //nolint:tagliatelle // HTTP's word
	Body care.Patient
}

func patientOf(p care.Patient) *patientOutput { return &patientOutput{ETag: rest.ETag(p), Body: p} }

func registerCreate(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "create-patient", Path: "/patients", Tag: tag, Summary: "Add a patient", Status: http.StatusCreated,
		Text: "An identifier that another patient has is refused with 409.",
	}, d.create)
}

func (d Deps) create(ctx context.Context, in *createInput) (*patientOutput, error) {
	b := in.Body
	p := care.Patient{
		ID: rest.EventID(ctx), Identifiers: b.Identifiers, FamilyName: b.FamilyName, GivenName: b.GivenName, BirthDate: b.BirthDate,
		Sex: b.Sex, Language: b.Language, Zone: b.Zone, Address: b.Address, Telecoms: telecomsOf(b.Telecoms),
		WorksNight: b.WorksNights, Deceased: b.Deceased || b.DeceasedAt != nil, DeceasedAt: b.DeceasedAt,
	}
	if err := check(&p); err != nil {
		return nil, err
	}
	err := d.Store.Tx(ctx, rest.ActorOf(ctx), func(tx *store.Tx) error { return tx.PutPatient(&p) })
	if err != nil {
		return nil, err
	}
	return d.read(ctx, p.ID)
}

// read answers with a patient as kept, so that the ETag is that of a later read.
func (d Deps) read(ctx context.Context, id care.ID) (*patientOutput, error) {
	p, err := d.Store.Patient(ctx, id)
	if err != nil {
		return nil, err
	}
	return patientOf(*p), nil
}

func telecomsOf(given []NewTelecom) []care.Telecom {
	var out []care.Telecom
	for _, t := range given {
		out = append(out, care.Telecom(t))
	}
	return out
}
