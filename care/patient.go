package care

import "time"

// Identifier is a business identifier of a patient or a visit, such as a medical record number.
type Identifier struct {
	System string `json:"system"` // the assigning authority: a URI or an HL7 v2 namespace
	Value  string `json:"value"`
	Type   string `json:"type,omitempty"` // HL7 table 0203: MR, AN, SS, …
}

// Telecom is a way to reach a person.
type Telecom struct {
	System string `json:"system"` // phone | sms | email
	Value  string `json:"value"`
	Use    string `json:"use,omitempty"` // home | work | mobile
}

// Address is a postal address.
type Address struct {
	Line       string `json:"line,omitempty"`
	City       string `json:"city,omitempty"`
	State      string `json:"state,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
	Country    string `json:"country,omitempty"`
}

// Patient is a person in care (FHIR Patient).
type Patient struct {
	ID          ID           `json:"id"`
	Identifiers []Identifier `json:"identifiers,omitempty"`
	FamilyName  string       `json:"family_name,omitempty"`
	GivenName   string       `json:"given_name,omitempty"`
	BirthDate   string       `json:"birth_date,omitempty"` // YYYY, YYYY-MM or YYYY-MM-DD, as precise as known
	Sex         string       `json:"sex,omitempty"`        // FHIR administrative-gender
	Language    string       `json:"language,omitempty"`   // BCP 47
	Zone        string       `json:"zone,omitempty"`       // IANA; empty: the organization's
	Address     *Address     `json:"address,omitempty"`
	Telecoms    []Telecom    `json:"telecoms,omitempty"`
	// Deceased is true where a source says so; DeceasedAt where it says when.
	Deceased   bool       `json:"deceased,omitempty"`
	DeceasedAt *time.Time `json:"deceased_at,omitempty"`
	WorksNight bool       `json:"works_nights,omitempty"`
	// MergedInto is the surviving patient, where this one was found to be the same person.
	MergedInto ID `json:"merged_into,omitempty"`
	// AsOf says of each detail, by its name here, when the latest source that told it recorded it:
	// later news replaces earlier news, whatever order they arrive in.
	AsOf      map[string]time.Time `json:"as_of,omitempty"`
	CreatedAt time.Time            `json:"created_at"`
	UpdatedAt time.Time            `json:"updated_at"`
}

// Reach gives the first telecom value of the system, empty where there is none.
func (p *Patient) Reach(system string) string {
	for _, t := range p.Telecoms {
		if t.System == system {
			return t.Value
		}
	}
	return ""
}
