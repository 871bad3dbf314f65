package score

import "slices"

const phq2Source = "Kroenke, Spitzer, Williams, Med Care 2003;41(11):1284-1292"

// phq2 is the PHQ-2: two questions about the last two weeks, each from not at all (0) to nearly
// every day (3), 0 to 6 points, positive from 3 on. It is a first look and no diagnosis.
//
// Kroenke K, Spitzer RL, Williams JB, Med Care 2003;41(11):1284-1292; LOINC 55757-9.
var phq2 = sum{key: "phq-2", version: 1, variants: []sumVariant{{
	name: "kroenke2003", whole: true, bands: []bandFrom{{0, Negative}, {3, Positive}},
	components: []component{
		phqQuestion("interest", "44250-9", "Over the last 2 weeks, how often: little interest or pleasure in doing things?"),
		phqQuestion("mood", "44255-8", "Over the last 2 weeks, how often: feeling down, depressed or hopeless?"),
	},
}}}

// phqAnswers are not at all, several days, more than half the days and nearly every day, for 0 to
// 3 points.
var phqAnswers = []string{"LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9"}

func phqQuestion(name, loinc, label string) component {
	return component{
		input:  Input{Name: name, Type: Code, Values: phqAnswers, LOINC: loinc, Label: label, Source: phq2Source},
		points: func(g answered, name string) float64 { return float64(slices.Index(phqAnswers, g.code(name))) },
		most:   3,
	}
}
