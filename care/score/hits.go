package score

import "slices"

const hitsSource = "AHC HRSN screening tool, questions 7 to 10 (LOINC 95614-4)"

// hits is HITS (hurt, insult, threaten, scream), as the AHC screening asks it: four questions, each
// from never (1) to frequently (5), 4 to 20 points, positive from 11 on. It cannot be scored unless
// all four are answered. Its answers are of the class ClassViolence.
//
// Questions, answers and rules: the LOINC panel 96777-8 and SHIN-NY's implementation guide for
// HRSN 1.4.5.
var hits = sum{key: "hits", version: 1, variants: []sumVariant{{
	name: "ahc", whole: true, bands: []bandFrom{{0, Negative}, {11, Positive}}, class: ClassViolence,
	components: []component{
		hitsQuestion("hurt", "95618-5", "How often does anyone physically hurt you?"),
		hitsQuestion("insult", "95617-7", "How often does anyone insult you or talk down to you?"),
		hitsQuestion("threaten", "95616-9", "How often does anyone threaten you with harm?"),
		hitsQuestion("scream", "95615-1", "How often does anyone scream or curse at you?"),
	},
}}}

// hitsAnswers are never, rarely, sometimes, fairly often and frequently, for 1 to 5 points.
var hitsAnswers = []string{"LA6270-8", "LA10066-1", "LA10082-8", "LA16644-9", "LA6482-9"}

func hitsQuestion(name, loinc, label string) component {
	return component{
		input: Input{
			Name: name, Type: Code, Values: hitsAnswers, LOINC: loinc, Class: ClassViolence,
			Label: label, Source: hitsSource,
		},
		points: func(g answered, name string) float64 { return float64(1 + slices.Index(hitsAnswers, g.code(name))) },
		least:  1, most: 5,
	}
}
