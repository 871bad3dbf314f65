package fhir

import (
	"encoding/json"
	"slices"
)

// The types hold only the elements that are read, under their names in FHIR R4 (4.0.1). Numbers
// stay as written, because a decimal's precision is part of its meaning.

type bundle struct {
	ID         string            `json:"id"`
	Type       string            `json:"type"`
	Timestamp  string            `json:"timestamp"`
	Identifier *identifier       `json:"identifier"`
	Entry      []json.RawMessage `json:"entry"`
}

type bundleEntry struct {
	FullURL  string          `json:"fullUrl"`
	Resource json.RawMessage `json:"resource"`
	Request  *struct {
		Method string `json:"method"`
	} `json:"request"`
}

// header is what every resource has.
type header struct {
	ResourceType string            `json:"resourceType"`
	ID           string            `json:"id"`
	Meta         meta              `json:"meta"`
	Contained    []json.RawMessage `json:"contained"`
}

type meta struct {
	LastUpdated string `json:"lastUpdated"`
}

type coding struct {
	System  string `json:"system"`
	Code    string `json:"code"`
	Display string `json:"display"`
}

type concept struct {
	Coding []coding `json:"coding"`
	Text   string   `json:"text"`
}

type period struct {
	Start string `json:"start"`
	End   string `json:"end"`
}

type identifier struct {
	Use      string    `json:"use"`
	Type     concept   `json:"type"`
	System   string    `json:"system"`
	Value    string    `json:"value"`
	Assigner reference `json:"assigner"`
}

// reference leaves its identifier raw: the types would contain each other otherwise.
type reference struct {
	Reference  string          `json:"reference"`
	Type       string          `json:"type"`
	Identifier json.RawMessage `json:"identifier"`
	Display    string          `json:"display"`
}

type patient struct {
	Active           *bool           `json:"active"`
	Identifier       []identifier    `json:"identifier"`
	Name             []humanName     `json:"name"`
	Telecom          []contactPoint  `json:"telecom"`
	Gender           string          `json:"gender"`
	BirthDate        string          `json:"birthDate"`
	DeceasedBoolean  bool            `json:"deceasedBoolean"`
	DeceasedDateTime string          `json:"deceasedDateTime"`
	Address          []address       `json:"address"`
	Communication    []communication `json:"communication"`
	Link             []patientLink   `json:"link"`
}

type humanName struct {
	Use    string   `json:"use"`
	Text   string   `json:"text"`
	Family string   `json:"family"`
	Given  []string `json:"given"`
}

type contactPoint struct {
	System string      `json:"system"`
	Value  string      `json:"value"`
	Use    string      `json:"use"`
	Rank   json.Number `json:"rank"`
}

type address struct {
	Use        string   `json:"use"`
	Text       string   `json:"text"`
	Line       []string `json:"line"`
	City       string   `json:"city"`
	State      string   `json:"state"`
	PostalCode string   `json:"postalCode"`
	Country    string   `json:"country"`
}

type communication struct {
	Language  concept `json:"language"`
	Preferred bool    `json:"preferred"`
}

type patientLink struct {
	Other reference `json:"other"`
	Type  string    `json:"type"`
}

type encounter struct {
	Identifier []identifier `json:"identifier"`
	Status     string       `json:"status"`
	// Class is a Coding in R4 and a list of CodeableConcept in R5.
	Class           json.RawMessage      `json:"class"`
	Subject         reference            `json:"subject"`
	Period          period               `json:"period"`
	Diagnosis       []encounterDiagnosis `json:"diagnosis"`
	ReasonCode      []concept            `json:"reasonCode"`
	ReasonReference []reference          `json:"reasonReference"`
	Hospitalization struct {
		DischargeDisposition concept `json:"dischargeDisposition"`
	} `json:"hospitalization"`
	Location []struct {
		Location reference `json:"location"`
	} `json:"location"`
	ServiceProvider reference `json:"serviceProvider"`
}

type encounterDiagnosis struct {
	Condition reference   `json:"condition"`
	Use       concept     `json:"use"` // R4 diagnosis-role
	Rank      json.Number `json:"rank"`
}

type condition struct {
	VerificationStatus concept   `json:"verificationStatus"`
	Code               concept   `json:"code"`
	Subject            reference `json:"subject"`
	Encounter          reference `json:"encounter"`
}

type observation struct {
	Identifier        []identifier     `json:"identifier"`
	Status            string           `json:"status"`
	Code              concept          `json:"code"`
	Subject           reference        `json:"subject"`
	EffectiveDateTime string           `json:"effectiveDateTime"`
	EffectiveInstant  string           `json:"effectiveInstant"`
	EffectivePeriod   period           `json:"effectivePeriod"`
	Issued            string           `json:"issued"`
	Interpretation    []concept        `json:"interpretation"`
	ReferenceRange    []referenceRange `json:"referenceRange"`
	HasMember         []reference      `json:"hasMember"`
	Component         []component      `json:"component"`
	values
}

type component struct {
	Code           concept          `json:"code"`
	Interpretation []concept        `json:"interpretation"`
	ReferenceRange []referenceRange `json:"referenceRange"`
	values
}

// values is Observation.value[x].
type values struct {
	Quantity *quantity   `json:"valueQuantity"`
	Concept  *concept    `json:"valueCodeableConcept"`
	String   string      `json:"valueString"`
	Boolean  *bool       `json:"valueBoolean"`
	Integer  json.Number `json:"valueInteger"`
	DateTime string      `json:"valueDateTime"`
	Time     string      `json:"valueTime"`
	Period   *period     `json:"valuePeriod"`
	Range    *valueRange `json:"valueRange"`
	Ratio    *struct {
		Numerator   quantity `json:"numerator"`
		Denominator quantity `json:"denominator"`
	} `json:"valueRatio"`
}

type quantity struct {
	Value      json.Number `json:"value"`
	Comparator string      `json:"comparator"`
	Unit       string      `json:"unit"`
	Code       string      `json:"code"`
}

type valueRange struct {
	Low  *quantity `json:"low"`
	High *quantity `json:"high"`
}

type referenceRange struct {
	valueRange
	Text string `json:"text"`
}

type appointment struct {
	Identifier        []identifier `json:"identifier"`
	Status            string       `json:"status"`
	CancelationReason concept      `json:"cancelationReason"`
	ServiceType       []concept    `json:"serviceType"`
	AppointmentType   concept      `json:"appointmentType"`
	ReasonCode        []concept    `json:"reasonCode"`
	Description       string       `json:"description"`
	Start             string       `json:"start"`
	End               string       `json:"end"`
	Participant       []struct {
		Actor reference `json:"actor"`
	} `json:"participant"`
}

// named is an Organization or a Location.
type named struct {
	Identifier []identifier `json:"identifier"`
	Name       string       `json:"name"`
}

type messageHeader struct {
	EventCoding coding `json:"eventCoding"`
	EventURI    string `json:"eventUri"`
	Source      struct {
		Name     string `json:"name"`
		Endpoint string `json:"endpoint"`
	} `json:"source"`
}

// parameters is the status of a subscription in R4 (Subscriptions R5 Backport IG).
type parameters struct {
	Parameter []struct {
		Name      string `json:"name"`
		ValueCode string `json:"valueCode"`
	} `json:"parameter"`
}

// subscriptionStatus is the same in R4B and R5.
type subscriptionStatus struct {
	Type string `json:"type"`
}

// words gives the text of a concept, else the first display, else the first code.
func (c concept) words() string {
	if c.Text != "" {
		return c.Text
	}
	for _, one := range c.Coding {
		if one.Display != "" {
			return one.Display
		}
	}
	for _, one := range c.Coding {
		if one.Code != "" {
			return one.Code
		}
	}
	return ""
}

// has tells whether one of the concept's codes is among these.
func (c concept) has(codes ...string) bool {
	return slices.ContainsFunc(c.Coding, func(one coding) bool { return slices.Contains(codes, one.Code) })
}
