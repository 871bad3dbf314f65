package questionnaire

// The parts of FHIR R4's Questionnaire that a form needs. See https://hl7.org/fhir/R4/questionnaire.html.

// Bundle is a collection of questionnaires.
type Bundle struct {
	ResourceType string  `json:"resourceType"` //nolint:tagliatelle // FHIR's word
	Type         string  `json:"type"`
	Entry        []Entry `json:"entry,omitempty"`
}

// Entry is one of them.
type Entry struct {
	FullURL  string        `json:"fullUrl"` //nolint:tagliatelle // FHIR's word
	Resource Questionnaire `json:"resource"`
}

// Questionnaire is a form.
type Questionnaire struct {
	ResourceType string      `json:"resourceType"` //nolint:tagliatelle // FHIR's word
	URL          string      `json:"url"`
	Version      string      `json:"version"`
	Name         string      `json:"name"`
	Title        string      `json:"title"`
	TitleMore    *translated `json:"_title,omitempty"`
	Language     string      `json:"language"`
	Status       string      `json:"status"`
	SubjectType  []string    `json:"subjectType"` //nolint:tagliatelle // FHIR's word
	Code         []Coding    `json:"code,omitempty"`
	Item         []Item      `json:"item"`
}

// Item is a question, or words beside one.
type Item struct {
	Extension    []Extension  `json:"extension,omitempty"`
	LinkID       string       `json:"linkId"` //nolint:tagliatelle // FHIR's word
	Code         []Coding     `json:"code,omitempty"`
	Text         string       `json:"text"`
	TextMore     *translated  `json:"_text,omitempty"`
	Type         string       `json:"type"`
	EnableWhen   []EnableWhen `json:"enableWhen,omitempty"`     //nolint:tagliatelle // FHIR's word
	EnableBehave string       `json:"enableBehavior,omitempty"` //nolint:tagliatelle // FHIR's word
	Required     bool         `json:"required,omitempty"`
	Repeats      bool         `json:"repeats,omitempty"`
	AnswerOption []Option     `json:"answerOption,omitempty"` //nolint:tagliatelle // FHIR's word
	Item         []Item       `json:"item,omitempty"`
}

// EnableWhen lets a question be asked after an answer.
type EnableWhen struct {
	Question string `json:"question"` // its linkId
	Operator string `json:"operator"`
	answer
}

// answer holds one of its values.
type answer struct {
	Boolean *bool    `json:"answerBoolean,omitempty"` //nolint:tagliatelle // FHIR's words, all of them
	Integer *int64   `json:"answerInteger,omitempty"` //nolint:tagliatelle
	Decimal *float64 `json:"answerDecimal,omitempty"` //nolint:tagliatelle
	Text    *string  `json:"answerString,omitempty"`  //nolint:tagliatelle
	Date    *string  `json:"answerDate,omitempty"`    //nolint:tagliatelle
	Coding  *Coding  `json:"answerCoding,omitempty"`  //nolint:tagliatelle
}

// Option is an answer to choose.
type Option struct {
	Extension []Extension `json:"extension,omitempty"`
	Value     Coding      `json:"valueCoding"` //nolint:tagliatelle // FHIR's word
}

// Coding is a code with its words.
type Coding struct {
	System      string      `json:"system,omitempty"`
	Code        string      `json:"code,omitempty"`
	Display     string      `json:"display,omitempty"`
	DisplayMore *translated `json:"_display,omitempty"`
}

// Extension holds one of its values, or others.
type Extension struct {
	URL       string      `json:"url"`
	Code      string      `json:"valueCode,omitempty"`            //nolint:tagliatelle // FHIR's words, all of them
	Text      string      `json:"valueString,omitempty"`          //nolint:tagliatelle
	Boolean   *bool       `json:"valueBoolean,omitempty"`         //nolint:tagliatelle
	Integer   *int64      `json:"valueInteger,omitempty"`         //nolint:tagliatelle
	Decimal   *float64    `json:"valueDecimal,omitempty"`         //nolint:tagliatelle
	Coding    *Coding     `json:"valueCoding,omitempty"`          //nolint:tagliatelle
	Concept   *Concept    `json:"valueCodeableConcept,omitempty"` //nolint:tagliatelle
	Extension []Extension `json:"extension,omitempty"`
}

// Concept is what several codes stand for.
type Concept struct {
	Coding []Coding `json:"coding"`
}

// translated holds a text's words in other languages.
type translated struct {
	Extension []Extension `json:"extension"`
}

const (
	loinc          = "http://loinc.org"
	extensions     = "http://hl7.org/fhir/StructureDefinition/"
	minValue       = extensions + "minValue"
	maxValue       = extensions + "maxValue"
	exclusive      = extensions + "questionnaire-optionExclusive"
	ordinal        = extensions + "ordinalValue"
	unit           = extensions + "questionnaire-unit"
	itemControl    = extensions + "questionnaire-itemControl"
	translation    = extensions + "translation"
	controlSystem  = "http://hl7.org/fhir/questionnaire-item-control"
	ofPathway      = "urn:throughline:pathway:" // what our own questionnaires and codes are known by
	typeDisplay    = "display"
	enableAll      = "all"
	enableAny      = "any"
	patientSubject = "Patient"
)
