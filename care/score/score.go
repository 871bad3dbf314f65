package score

import (
	"cmp"
	"slices"
)

// Value is an answer: a bool, a whole number (int, int64, or a float64 without a fraction), a
// float64, a code as string, or several codes as []string. Nil means that the answer is missing.
type Value = any

// Scorer computes one version of one instrument.
type Scorer interface {
	// Key names the instrument: "lace".
	Key() string
	// Version counts from 1. A published version never changes what it computes.
	Version() int
	// Variants lists the forms of the instrument that are in use, the default first.
	Variants() []string
	// Inputs lists what a variant asks, in the instrument's order; "" is the default variant.
	// A variant that does not exist has none.
	Inputs(variant string) []Input
	// Score computes the result from answers by their Input's name; "" is the default variant.
	// Answers that are no input are not looked at. The error is care.Invalid: the variant does not
	// exist, or an answer is not of its input's type or outside its range. It names the input and
	// never repeats the answer, which is a fact about a patient.
	Score(variant string, answers map[string]Value) (Result, error)
}

// Type is what an Input takes.
type Type string

// The types of an Input.
const (
	Bool   Type = "bool"
	Int    Type = "int"
	Number Type = "number"
	Code   Type = "code" // one of Values
)

// ClassViolence is the class of answers about violence at home. They are shown to those only who
// need them, and a result that was computed from them is of their class.
const ClassViolence = "intimate-partner-violence"

// Input is one question of an instrument.
type Input struct {
	Name string `json:"name"`
	Type Type   `json:"type"`
	// Values lists the codes that are answers. Those of a question that has a LOINC code are LOINC
	// answer codes.
	Values []string `json:"values,omitempty"`
	// Repeats tells that more than one of Values may be chosen.
	Repeats bool `json:"repeats,omitempty"`
	// Label says in plain words what is asked, and by which definition it is counted.
	Label string `json:"label"`
	// Unit is the unit of a number.
	Unit string `json:"unit,omitempty"`
	// Min and Max bound what can be an answer at all; what lies outside is a slip, such as a
	// haemoglobin in g/L.
	Min *float64 `json:"min,omitempty"`
	Max *float64 `json:"max,omitempty"`
	// LOINC is the code of the question.
	LOINC string `json:"loinc,omitempty"`
	// Class is the class of sensitive facts that the answer belongs to.
	Class  string `json:"class,omitempty"`
	Source string `json:"source"`
}

// Band is the group that a result falls into.
type Band string

// The bands. Risk scores are low, moderate (HOSPITAL calls it intermediate) or high; screenings
// are positive or negative. No band means that none could be told, or that the instrument has none.
const (
	Low      Band = "low"
	Moderate Band = "moderate"
	High     Band = "high"
	Positive Band = "positive"
	Negative Band = "negative"
)

// Result is a score with everything it was computed from.
type Result struct {
	Scorer  string `json:"scorer"`
	Version int    `json:"version"`
	Variant string `json:"variant"`
	// Value is the score; nil where it could not be computed.
	Value *float64 `json:"value,omitempty"`
	// Lowest and Highest bound the score where answers are missing and the instrument can be
	// bounded; nil otherwise.
	Lowest  *float64 `json:"lowest,omitempty"`
	Highest *float64 `json:"highest,omitempty"`
	// Band is given without a Value where the missing answers cannot change it.
	Band Band `json:"band,omitempty"`
	// Parts are the components or domains that could be told, in the instrument's order.
	Parts []Part `json:"parts,omitempty"`
	// Missing names the inputs without an answer, in the instrument's order.
	Missing []string `json:"missing,omitempty"`
	// Handling says in words how missing answers were handled.
	Handling string `json:"handling"`
	// Inputs are the answers that were used: bool, float64, string, or a list of strings ([]any),
	// which is what JSON gives back, so that storing a result changes nothing.
	Inputs map[string]Value `json:"inputs"`
}

// Part is one component of a score, or one domain of a screening.
type Part struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	// Value is the points; nil where the part has none or they could not be told.
	Value *float64 `json:"value,omitempty"`
	Band  Band     `json:"band,omitempty"`
	// Categories are the codes of Gravity's SDOHCC-CodeSystemTemporaryCodes that a need belongs to.
	Categories []string `json:"categories,omitempty"`
	Missing    []string `json:"missing,omitempty"`
	Class      string   `json:"class,omitempty"`
}

// Part gives the part of that name.
func (r Result) Part(name string) (Part, bool) {
	i := slices.IndexFunc(r.Parts, func(p Part) bool { return p.Name == name })
	if i < 0 {
		return Part{}, false
	}
	return r.Parts[i], true
}

// scorers are all that exist. A new version is added beside the old one.
var scorers = []Scorer{lace, hospital, ahcHRSN{}, ctm3{}, hits, phq2}

// Lookup gives a version of a scorer. There is no "newest" here on purpose: whoever stores a
// reference stores the version, so that what it means never changes.
func Lookup(key string, version int) (Scorer, bool) {
	i := slices.IndexFunc(scorers, func(s Scorer) bool { return s.Key() == key && s.Version() == version })
	if i < 0 {
		return nil, false
	}
	return scorers[i], true
}

// Unconfirmed says what of a scorer's variant was not read in its own source; empty where all was.
func Unconfirmed(key, variant string) string {
	if key == "hospital" && variant == "simplified2017" {
		return "that simplified2017 splits low from high at 5 points was not read in its source"
	}
	return ""
}

// Latest gives the newest version of a scorer, for whoever is about to choose one.
func Latest(key string) (Scorer, bool) {
	var latest Scorer
	for _, s := range scorers {
		if s.Key() == key && (latest == nil || s.Version() > latest.Version()) {
			latest = s
		}
	}
	return latest, latest != nil
}

// Keys lists the scorers, in the order of the alphabet.
func Keys() []string {
	keys := make([]string, len(scorers))
	for i, s := range scorers {
		keys[i] = s.Key()
	}
	slices.SortFunc(keys, cmp.Compare)
	return slices.Compact(keys)
}
