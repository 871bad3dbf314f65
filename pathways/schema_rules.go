package pathways

import "regexp"

// schemaRules say of keys what their type does not, from the tables and patterns that Check asks.
// By the name of the Go type and the key.
var schemaRules = map[string]map[string]any{
	"Definition.pathway":       pattern(slug),
	"Definition.version":       {"minimum": 1},
	"Definition.owner":         open(Roles, identifier),
	"Definition.calendar":      enum(calendars),
	"Definition.languages":     pattern(languageTag),
	"Definition.conforms_to":   enum(claims),
	"Part.part":                pattern(slug),
	"Part.version":             {"minimum": 1},
	"Include.as":               pattern(identifier),
	"Launch.on":                enum(LaunchKinds),
	"Relation.pathway":         pattern(slug),
	"Relation.is":              enum(relationKinds),
	"SubPathway.start":         pattern(slug),
	"Launch.once_per":          enum(oncePers),
	"WhileActive.pathways":     pattern(slug),
	"WhileActive.policy":       enum(policies),
	"Fact.type":                enum(valueTypes),
	"Fact.sensitive":           enum(sensitivityLabels()),
	"ValueSet.sensitive":       enum(sensitivityLabels()),
	"Clock.pause":              enum(pauses),
	"Clock.counts_from":        enum(countsFrom),
	"Rung.remind":              open(append([]string{"owner", "patient"}, Roles...), identifier),
	"Rung.warn":                open(Roles, identifier),
	"Rung.escalate":            open(Roles, identifier),
	"Rung.reassign":            open(Roles, identifier),
	"Field.id":                 pattern(identifier),
	"Field.type":               enum(answerTypes),
	"Questionnaire.to":         openOrParameter(append([]string{"patient", "owner"}, Roles...), identifier),
	"Questionnaire.unanswered": enum(silences),
	"FormScore.by":             open(append([]string{BySum}, scorerNames()...), scorerForm),
	"FormScore.missing":        enum([]string{MissingZero, MissingAccept}),
	"ScoreSpec.by":             open(scorerNames(), scorerForm),
	"ScoreSpec.missing":        enum(missingRules),
	"Field.sensitive":          enum(sensitivityLabels()),
	"Step.id":                  pattern(identifier),
	"Step.owner":               openOrParameter(Roles, identifier),
	"Step.priority":            {"minimum": 0, "maximum": 5},
	"Step.fulfils":             enum(Requirements),
	"Step.outcomes":            pattern(identifier),
	"Step.on":                  open(eventNames(), ownEvent),
	"Step.sensitive":           enum(sensitivityLabels()),
	"MessageSpec.to":           openOrParameter(append([]string{"patient", "owner"}, Roles...), identifier),
	"MessageSpec.questions":    pattern(identifier),
	"NoShow.ask":               enum([]string{"barrier"}),
	"Referral.need":            open(Needs, regexp.MustCompile(`.`)),
	"Referral.consent":         enum(consents),
	"Referral.otherwise":       enum(otherwises),
	"Wait.on":                  open(eventNames(), ownEvent),
	"Repeat.times":             {"minimum": 1, "maximum": 366},
	"Step.pause":               enum(pausesOfWork),
	"Track.pause":              enum(pausesOfWork),
	"Track.on":                 open(eventNames(), ownEvent),
	"Track.steps":              pattern(identifier),
	"End.on":                   open(eventNames(), ownEvent),
}

// ownEvent is the form of the events that a pathway's own steps make.
var ownEvent = regexp.MustCompile(`^[a-z][a-z0-9_]*\.answered$`)

// enum closes a key to the words.
func enum(words []string) map[string]any {
	return map[string]any{"type": "string", "enum": words}
}

// open names the usual words, for an editor to offer, and lets others of the form pass.
func open(words []string, form *regexp.Regexp) map[string]any {
	return map[string]any{"type": "string", "anyOf": []any{map[string]any{"enum": words}, pattern(form)}}
}

// openOrParameter is open where a bundle may leave the word to the pathway.
func openOrParameter(words []string, form *regexp.Regexp) map[string]any {
	return map[string]any{"type": "string", "anyOf": []any{map[string]any{"enum": words}, pattern(form), map[string]any{"pattern": `\$`}}}
}

// pattern holds a text to a form.
func pattern(form *regexp.Regexp) map[string]any {
	return map[string]any{"type": "string", "pattern": form.String()}
}
