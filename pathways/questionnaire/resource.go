package questionnaire

import "encoding/json"

// Bundle is a FHIR R4 Bundle, a collection of Questionnaires.
type Bundle struct {
	ResourceType string  `json:"resourceType"`
	Type         string  `json:"type"`
	Entry        []Entry `json:"entry,omitempty"`
}

// Entry is one of them.
type Entry struct {
	FullURL  string   `json:"fullUrl"`
	Resource Resource `json:"resource"`
}

// Resource is a FHIR R4 Questionnaire, with the elements that forms need.
type Resource struct {
	ResourceType string      `json:"resourceType"`
	Language     string      `json:"language,omitempty"`
	Contained    []valueSet  `json:"contained,omitempty"`
	Extension    []extension `json:"extension,omitempty"`
	URL          string      `json:"url,omitempty"`
	Version      string      `json:"version,omitempty"`
	Name         string      `json:"name,omitempty"`
	Title        string      `json:"title,omitempty"`
	TitleWords   *words      `json:"_title,omitempty"`
	Status       string      `json:"status"`
	SubjectType  []string    `json:"subjectType,omitempty"`
	Publisher    string      `json:"publisher,omitempty"`
	Copyright    string      `json:"copyright,omitempty"`
	Code         []coding    `json:"code,omitempty"`
	Item         []item      `json:"item,omitempty"`
}

// item is a group, a question, or a text that is shown.
type item struct {
	ID             string       `json:"id,omitempty"` // the question's, where it is not the linkId
	LinkID         string       `json:"linkId"`
	Extension      []extension  `json:"extension,omitempty"`
	Code           []coding     `json:"code,omitempty"`
	Prefix         string       `json:"prefix,omitempty"`
	Text           string       `json:"text,omitempty"`
	TextWords      *words       `json:"_text,omitempty"`
	Type           string       `json:"type"`
	EnableWhen     []enableWhen `json:"enableWhen,omitempty"`
	EnableBehavior string       `json:"enableBehavior,omitempty"`
	Required       bool         `json:"required,omitempty"`
	Repeats        bool         `json:"repeats,omitempty"`
	ReadOnly       bool         `json:"readOnly,omitempty"`
	AnswerValueSet string       `json:"answerValueSet,omitempty"`
	AnswerOption   []option     `json:"answerOption,omitempty"`
	Item           []item       `json:"item,omitempty"`
}

// The types of items that are written. More are read.
const (
	typeGroup      = "group"
	typeDisplay    = "display"
	typeBoolean    = "boolean"
	typeInteger    = "integer"
	typeDecimal    = "decimal"
	typeDate       = "date"
	typeDateTime   = "dateTime"
	typeText       = "text"
	typeChoice     = "choice"
	typeOpenChoice = "open-choice"
	typeQuantity   = "quantity"
)

type option struct {
	Extension    []extension `json:"extension,omitempty"`
	ValueCoding  *coding     `json:"valueCoding,omitempty"`
	ValueString  string      `json:"valueString,omitempty"`
	ValueInteger *int        `json:"valueInteger,omitempty"`
	ValueDate    string      `json:"valueDate,omitempty"`
	ValueTime    string      `json:"valueTime,omitempty"`
}

type coding struct {
	Extension    []extension `json:"extension,omitempty"`
	System       string      `json:"system,omitempty"`
	Code         string      `json:"code,omitempty"`
	Display      string      `json:"display,omitempty"`
	DisplayWords *words      `json:"_display,omitempty"`
}

// enableWhen shows an item where another was answered so.
type enableWhen struct {
	Question      string       `json:"question"`
	Operator      string       `json:"operator"`
	AnswerBoolean *bool        `json:"answerBoolean,omitempty"`
	AnswerInteger *int64       `json:"answerInteger,omitempty"`
	AnswerDecimal *json.Number `json:"answerDecimal,omitempty"`
	AnswerCoding  *coding      `json:"answerCoding,omitempty"`
	AnswerDate    string       `json:"answerDate,omitempty"`
}

// words are an element's texts in other languages.
type words struct {
	Extension []extension `json:"extension,omitempty"`
}

type extension struct {
	URL          string       `json:"url"`
	Extension    []extension  `json:"extension,omitempty"`
	ValueBoolean *bool        `json:"valueBoolean,omitempty"`
	ValueCode    string       `json:"valueCode,omitempty"`
	ValueCoding  *coding      `json:"valueCoding,omitempty"`
	ValueConcept *concept     `json:"valueCodeableConcept,omitempty"`
	ValueDecimal *json.Number `json:"valueDecimal,omitempty"`
	ValueInteger *int         `json:"valueInteger,omitempty"`
	ValueString  string       `json:"valueString,omitempty"`
}

type concept struct {
	Coding []coding `json:"coding,omitempty"`
	Text   string   `json:"text,omitempty"`
}

// valueSet is a contained one, with the codes that it lists.
type valueSet struct {
	ResourceType string `json:"resourceType"`
	ID           string `json:"id"`
	Compose      struct {
		Include []struct {
			System  string   `json:"system"`
			Concept []coding `json:"concept"`
		} `json:"include"`
	} `json:"compose"`
	Expansion struct {
		Contains []coding `json:"contains"`
	} `json:"expansion"`
}

// The extensions that FHIR and the Structured Data Capture guide define.
const (
	core               = "http://hl7.org/fhir/StructureDefinition/"
	extTranslation     = core + "translation"
	extOrdinal         = core + "ordinalValue"
	extUnit            = core + "questionnaire-unit"
	extControl         = core + "questionnaire-itemControl"
	extExclusive       = core + "questionnaire-optionExclusive"
	extMin             = core + "minValue"
	extMax             = core + "maxValue"
	controlSystem      = "http://hl7.org/fhir/questionnaire-item-control"
	controlHelp        = "help"
	sdcCalculated      = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression"
	loinc              = "http://loinc.org"
	subjectPatient     = "Patient"
	behaviorAll        = "all"
	behaviorAny        = "any"
	resourceType       = "Questionnaire"
	languageOfOriginal = "lang"
	contentOfOriginal  = "content"
)

// Our own extensions: what forms have and FHIR does not.
const (
	ofPathway    = "urn:throughline:pathway:" // what our own Questionnaires and codes are known by
	own          = "urn:throughline:fhir:"
	extValue     = own + "value"     // a value as conditions write it, where its coding is another's
	extWhen      = own + "when"      // a condition that enableWhen cannot say
	extFor       = own + "for"       // the outcomes for which a question is asked
	extSensitive = own + "sensitive" // a label of the answer
	extRequired  = own + "required"  // an answer is needed, where the outcome lets the question be asked
	extPoints    = own + "points"    // what a yes, or each one of a whole number, counts
	extScore     = own + "score"     // how the answers come to a score
	extThanks    = own + "thanks"    // what is said once the questions are answered
)

func find(extensions []extension, url string) (extension, bool) {
	for _, e := range extensions {
		if e.URL == url {
			return e, true
		}
	}
	return extension{}, false
}
