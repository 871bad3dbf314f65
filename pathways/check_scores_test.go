package pathways

import "testing"

func TestWrongScores(t *testing.T) {
	const risk = "by: lace@1\n      inputs: {length_of_stay_days: days, acute_admission: acute, comorbidity_score: charlson, ed_visits_6_months: visits}"
	refusals(t, "engine/testdata/scores.yaml", []change{
		{"by nothing", risk, "inputs: {length_of_stay_days: days}", "does not say how it is computed"},
		{"by a misspelt scorer", risk, "by: lase@1\n      inputs: {length_of_stay_days: days}", `nothing scores by "lase@1"`},
		{"without a version", risk, "by: lace\n      inputs: {length_of_stay_days: days}", `nothing scores by "lace"`},
		{"of a version to come", risk, "by: lace@99\n      inputs: {length_of_stay_days: days}", `nothing scores by "lace@99"`},
		{"of a variant that is none", risk, "by: lace@1\n      variant: mine\n      inputs: {length_of_stay_days: days}", `lace has no variant "mine"`},
		{"from nothing", risk, "by: lace@1", "the score is computed from nothing"},
		{"from what it does not ask", "comorbidity_score: charlson", "comorbidities: charlson", `lace@1 does not ask for "comorbidities"`},
		{"from another type", "length_of_stay_days: days", "length_of_stay_days: acute", "but the score asks for a whole number"},
		{"from what is not there", "length_of_stay_days: days", "length_of_stay_days: stay_days", `nothing is called "stay_days"`},
		{"a strange rule for missing", "missing: band", "missing: guess", `what is missing cannot be dealt with by "guess"`},
		{"a ladder to nowhere", "  - id: rough\n", "  - id: rough\n    ladder: none\n", `there is no ladder "none"`},
		{"outcomes", "  - id: rough\n", "  - id: rough\n    outcomes: [done]\n", "outcomes means nothing on a score"},
		{"a band that is none", `risk.band == "high"`, `risk.band == "hihg"`, `risk.band is never "hihg"`},
		{"a form by a scorer that is none", "score: {by: phq-2@1}", "score: {by: phq-2@7}", `nothing scores by "phq-2@7"`},
		{"a form that does not ask it", "- {id: interest, ask: Little", "- {id: interests, ask: Little", `phq-2@1 needs an answer to "interest"`},
		{"a form that need not be answered", "LA6571-9], required: true}\n      - {id: mood", "LA6571-9]}\n      - {id: mood", "the score does not say what it is without an answer to interest"},
		{"answers that a scorer does not know", "codes: [LA6568-5, LA6569-3, LA6570-1, LA6571-9], required: true}\n      - {id: mood", "required: true}\n      - {id: mood", `phq-2@1 knows no answer "none" to interest`},
		{"a question of another type", "{id: mood, ask: Feeling down?, type: code, values: [none, some, half, daily], codes: [LA6568-5, LA6569-3, LA6570-1, LA6571-9], required: true}", "{id: mood, ask: Feeling down?, type: bool, required: true}", "phq-2@1 takes one of its values for mood"},
		{"a zero for a scorer", "score: {by: phq-2@1}", "score: {by: phq-2@1, missing: zero}", `a missing answer cannot count "zero"`},
		{"points for a scorer", "codes: [LA6568-5, LA6569-3, LA6570-1, LA6571-9], required: true}\n      - {id: mood", "codes: [LA6568-5, LA6569-3, LA6570-1, LA6571-9], points: [0, 1, 2, 3], required: true}\n      - {id: mood", "the form mood is not scored by sum"},
		{"a list that is compared", `'"water" in look.problems'`, `look.problems == "water"`, "== cannot be used on a list and a text"},
		{"facts are no lists", "days: {type: int, label", "days: {type: codes, values: [a, b], label", `there is no type "codes"`},
	})
}
