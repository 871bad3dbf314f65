package care

// Score is a published score as it was computed for one patient, with everything it came from, so
// that it can be checked by hand (FHIR RiskAssessment, or an Observation derived from others).
type Score struct {
	Scorer  string `json:"scorer"`
	Version int    `json:"version"`
	Variant string `json:"variant"`
	// Inputs are the answers that were used, in the scorer's order.
	Inputs []ScoreInput `json:"inputs,omitempty"`
	// Missing names the inputs that nothing was known of.
	Missing []string `json:"missing,omitempty"`
	// Handling says in words how missing answers were dealt with.
	Handling string `json:"handling"`
	// Value is the score; nil where it could not be computed. Lowest and Highest bound it then, where
	// the scorer can tell.
	Value   *float64 `json:"value,omitempty"`
	Lowest  *float64 `json:"lowest,omitempty"`
	Highest *float64 `json:"highest,omitempty"`
	Band    string   `json:"band,omitempty"`
	// Refused says why an input cannot be what it is said to be; empty where all can.
	Refused string `json:"refused,omitempty"`
}

// ScoreInput is one answer that a score was computed from.
type ScoreInput struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
	// Given marks what a person supplied; else it came from what the pathway knew.
	Given bool `json:"given,omitempty"`
}
