package score_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/care/score"
)

// HITS answers, from never to frequently.
const (
	never       = "LA6270-8"
	rarely      = "LA10066-1"
	sometimes   = "LA10082-8"
	fairlyOften = "LA16644-9"
	frequently  = "LA6482-9"
)

func hitsAnswers(codes ...string) map[string]score.Value {
	answers := map[string]score.Value{}
	for i, name := range []string{"hurt", "insult", "threaten", "scream"} {
		if i < len(codes) && codes[i] != "" {
			answers[name] = codes[i]
		}
	}
	return answers
}

func TestHITS(t *testing.T) {
	cases := []struct {
		name  string
		codes []string
		want  float64
		band  score.Band
	}{
		{"the least", []string{never, never, never, never}, 4, score.Negative},
		{"ten", []string{rarely, sometimes, never, fairlyOften}, 10, score.Negative},
		{"eleven", []string{rarely, sometimes, rarely, fairlyOften}, 11, score.Positive},
		{"one at the top is not enough", []string{never, frequently, never, sometimes}, 10, score.Negative},
		{"the most", []string{frequently, frequently, frequently, frequently}, 20, score.Positive},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { wantScore(t, scored(t, "hits", "", hitsAnswers(c.codes...)), c.want, c.band) })
	}
	for missing := range 4 {
		codes := []string{frequently, frequently, frequently, frequently}
		codes[missing] = ""
		got := scored(t, "hits", "", hitsAnswers(codes...))
		// Fifteen points are known, and still there is no score: that is the instrument's rule.
		if got.Value != nil || got.Lowest != nil || got.Band != "" || len(got.Missing) != 1 {
			t.Errorf("with one answer missing: %+v, want no score", got)
		}
		if want := "Not scored: every answer is needed, and 1 of 4 are missing."; got.Handling != want {
			t.Errorf("handled as %q, want %q", got.Handling, want)
		}
	}
	for _, in := range lookup(t, "hits").Inputs("") {
		if in.Class != score.ClassViolence {
			t.Errorf("%s is of class %q", in.Name, in.Class)
		}
	}
}

func TestPHQ2(t *testing.T) {
	const notAtAll, several, moreThanHalf, nearly = "LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9"
	wantScore(t, scored(t, "phq-2", "", map[string]score.Value{"interest": notAtAll, "mood": notAtAll}), 0, score.Negative)
	wantScore(t, scored(t, "phq-2", "", map[string]score.Value{"interest": several, "mood": several}), 2, score.Negative)
	wantScore(t, scored(t, "phq-2", "", map[string]score.Value{"interest": several, "mood": moreThanHalf}), 3, score.Positive)
	wantScore(t, scored(t, "phq-2", "", map[string]score.Value{"interest": nearly, "mood": nearly}), 6, score.Positive)
	if got := scored(t, "phq-2", "", map[string]score.Value{"mood": nearly}); got.Value != nil || got.Band != "" {
		t.Errorf("with one answer missing: %+v, want no score", got)
	}
}

// questionnaire is as much of a FHIR Questionnaire or its response as the tests read.
type questionnaire struct {
	Item []item
}

type item struct {
	LinkID       string
	Code         []struct{ Code string }
	Repeats      bool
	AnswerOption []coded
	Answer       []coded
	Item         []item
}

type coded struct {
	ValueCoding  struct{ System, Code string }
	Extension    []struct{ ValueDecimal *float64 }
	ValueInteger *float64
}

// each visits every item, in order.
func (q questionnaire) each(do func(item)) {
	var visit func([]item)
	visit = func(items []item) {
		for _, i := range items {
			do(i)
			visit(i.Item)
		}
	}
	visit(q.Item)
}

// The questions and answers of the published questionnaire are those of the scorer: no code more,
// no code less.
func TestAHCAsksWhatIsPublished(t *testing.T) {
	var q questionnaire
	readShared(t, "08-questionnaires/mycareplanner/AHC-questionnaire.json", &q)
	inputs := lookup(t, "ahc-hrsn").Inputs("core")
	asked := 0
	q.each(func(i item) {
		if len(i.AnswerOption) == 0 {
			return
		}
		asked++
		at := slices.IndexFunc(inputs, func(in score.Input) bool { return in.LOINC == i.Code[0].Code })
		if at < 0 {
			t.Errorf("question %s is not asked", i.Code[0].Code)
			return
		}
		in := inputs[at]
		var options []string
		for _, o := range i.AnswerOption {
			options = append(options, o.ValueCoding.Code)
		}
		slices.Sort(options)
		values := slices.Sorted(slices.Values(in.Values))
		if diff := cmp.Diff(options, values); diff != "" || in.Repeats != i.Repeats {
			t.Errorf("%s (-published +ours), repeats %v and %v:\n%s", in.Name, i.Repeats, in.Repeats, diff)
		}
	})
	if asked != len(inputs) || asked != 10 {
		t.Errorf("%d questions are published and %d asked, want 10", asked, len(inputs))
	}
	// A code that circulates in public repositories and exists nowhere.
	if slices.ContainsFunc(inputs, func(in score.Input) bool { return in.LOINC == "88122-0" }) {
		t.Error("88122-0 is asked")
	}
}

// The order of PHQ's answers in points is that of the published ordinal values.
func TestPHQ2AnswersAreThoseOfPHQ9(t *testing.T) {
	var q questionnaire
	readShared(t, "08-questionnaires/lforms/phq9.R4.json", &q)
	found := 0
	q.each(func(i item) {
		for _, in := range lookup(t, "phq-2").Inputs("") {
			if len(i.Code) == 0 || i.Code[0].Code != in.LOINC {
				continue
			}
			found++
			for _, o := range i.AnswerOption {
				got := scored(t, "phq-2", "", map[string]score.Value{in.Name: o.ValueCoding.Code})
				part, _ := got.Part(in.Name)
				for _, e := range o.Extension {
					if e.ValueDecimal != nil && (part.Value == nil || *part.Value != *e.ValueDecimal) {
						t.Errorf("%s is worth %v, want %v", o.ValueCoding.Code, part.Value, *e.ValueDecimal)
					}
				}
			}
		}
	})
	if found != 2 {
		t.Errorf("found %d of the two questions", found)
	}
}

// What every single answer shows, by itself.
func TestAHCAnswers(t *testing.T) {
	cases := []struct {
		input, code, part string
		want              score.Band
	}{
		{"living_situation", "LA31993-1", "housing_stability", score.Negative},
		{"living_situation", "LA31994-9", "housing_stability", score.Positive},
		{"living_situation", "LA31995-6", "housing_stability", score.Positive},
		{"housing_problems", "LA31996-4", "housing_quality", score.Positive},
		{"housing_problems", "LA28580-1", "housing_quality", score.Positive},
		{"housing_problems", "LA31997-2", "housing_quality", score.Positive},
		{"housing_problems", "LA31998-0", "housing_quality", score.Positive},
		{"housing_problems", "LA31999-8", "housing_quality", score.Positive},
		{"housing_problems", "LA32000-4", "housing_quality", score.Positive},
		{"housing_problems", "LA32001-2", "housing_quality", score.Positive},
		{"housing_problems", "LA9-3", "housing_quality", score.Negative},
		{"food_worry", "LA28397-0", "food", score.Positive},
		{"food_worry", "LA6729-3", "food", score.Positive},
		{"food_worry", "LA28398-8", "food", ""}, // the second question may still show a need
		{"food_did_not_last", "LA28397-0", "food", score.Positive},
		{"food_did_not_last", "LA6729-3", "food", score.Positive},
		{"food_did_not_last", "LA28398-8", "food", ""},
		{"transportation", "LA33-6", "transportation", score.Positive},
		{"transportation", "LA32-8", "transportation", score.Negative},
		{"utilities", "LA33-6", "utilities", score.Positive},
		{"utilities", "LA32002-0", "utilities", score.Positive},
		{"utilities", "LA32-8", "utilities", score.Negative},
		{"employment", "LA31981-6", "employment", score.Positive},
		{"employment", "LA31982-4", "employment", score.Positive},
		{"employment", "LA31983-2", "employment", score.Negative},
		{"education", "LA33-6", "education", score.Positive},
		{"education", "LA32-8", "education", score.Negative},
	}
	tried := map[string]int{}
	for _, c := range cases {
		tried[c.input]++
		part, ok := scored(t, "ahc-hrsn", "supplemental", map[string]score.Value{c.input: c.code}).Part(c.part)
		if !ok || part.Band != c.want {
			t.Errorf("%s %s shows %q, want %q", c.input, c.code, part.Band, c.want)
		}
	}
	for _, in := range lookup(t, "ahc-hrsn").Inputs("supplemental") {
		if elsewhere := in.Class != "" || in.Name == "interest" || in.Name == "mood"; !elsewhere && tried[in.Name] != len(in.Values) {
			t.Errorf("%s: tried %d of %d answers", in.Name, tried[in.Name], len(in.Values))
		}
	}
}

// The published response answers four questions of ten.
func TestAHCResponse(t *testing.T) {
	var response questionnaire
	readShared(t, "08-questionnaires/mycareplanner/QuestionnaireResponse-AHC.json", &response)
	var q questionnaire
	readShared(t, "08-questionnaires/mycareplanner/AHC-questionnaire.json", &q)
	loinc := map[string]string{}
	q.each(func(i item) {
		if len(i.Code) > 0 {
			loinc[i.LinkID] = i.Code[0].Code
		}
	})
	got := scored(t, "ahc-hrsn", "", answersOf(t, response, "core", func(i item) string { return loinc[i.LinkID] }))
	if got.Value != nil || got.Lowest == nil || *got.Lowest != 2 || *got.Highest != 6 || got.Band != score.Positive {
		t.Errorf("got %+v, want two needs at least and six at most", got)
	}
	wantBands(t, got, map[string]score.Band{"housing_stability": score.Positive, "food": score.Positive})
	wantMissing := []string{"housing_problems", "transportation", "utilities", "hurt", "insult", "scream"}
	if diff := cmp.Diff(wantMissing, got.Missing); diff != "" {
		t.Error(diff)
	}
	const handling = "Nothing was assumed for what is missing: undecided for housing_quality, transportation, utilities, safety. Needs lie between 2 and 6."
	if got.Handling != handling {
		t.Errorf("handled as %q", got.Handling)
	}
}

// Three public bundles of screenings. Each says what it found; where a bundle's own sum is wrong,
// the answers say so.
func TestHRSNBundles(t *testing.T) {
	const dir = "04-sdoh-gravity/hrsn-bundles/"
	p, n := score.Positive, score.Negative
	cases := []struct {
		file   string
		value  float64
		safety float64
		stated float64 // the bundle's own sum of the safety answers
		bands  map[string]score.Band
	}{
		{"hrsn_bundle_1.json", 5, 12, 12, map[string]score.Band{"housing_stability": p, "housing_quality": n, "food": p, "transportation": n, "utilities": p, "safety": p, "employment": p, "education": n}},
		{"hrsn_bundle_1_complete.json", 6, 10, 9, map[string]score.Band{"housing_stability": p, "housing_quality": p, "food": p, "transportation": p, "utilities": p, "safety": n, "employment": p, "education": n}},
		{"hrsn_bundle_2.json", 3, 5, 3, map[string]score.Band{"housing_stability": n, "housing_quality": p, "food": n, "transportation": p, "utilities": n, "safety": n, "employment": n, "education": p}},
	}
	for _, c := range cases {
		t.Run(c.file, func(t *testing.T) {
			var bundle struct {
				Entry []struct {
					Resource struct {
						ResourceType string
						questionnaire
					}
				}
			}
			readShared(t, dir+c.file, &bundle)
			for _, e := range bundle.Entry {
				if e.Resource.ResourceType != "QuestionnaireResponse" {
					continue
				}
				var stated float64
				e.Resource.each(func(i item) {
					if i.LinkID == "95614-4" {
						stated = *i.Answer[0].ValueInteger
					}
				})
				got := scored(t, "ahc-hrsn", "supplemental", answersOf(t, e.Resource.questionnaire, "supplemental", func(i item) string { return i.LinkID }))
				wantBands(t, got, c.bands)
				safety, _ := got.Part("safety")
				if safety.Value == nil || *safety.Value != c.safety || stated != c.stated || safety.Class != score.ClassViolence {
					t.Errorf("safety is %+v, stated %v; want %v, stated %v", safety, stated, c.safety, c.stated)
				}
				// PHQ-2 was not asked, so the number of needs has one more that is open.
				if got.Value != nil || *got.Lowest != c.value || *got.Highest != c.value+1 {
					t.Errorf("%v to %v needs, want %v and one more", *got.Lowest, *got.Highest, c.value)
				}
				return
			}
			t.Error("the bundle holds no response")
		})
	}
}

func TestAHCComplete(t *testing.T) {
	fine := with(hitsAnswers(never, never, never, never),
		"living_situation", "LA31993-1", "housing_problems", []string{"LA9-3"}, "food_worry", "LA28398-8",
		"food_did_not_last", "LA28398-8", "transportation", "LA32-8", "utilities", "LA32-8")
	wantScore(t, scored(t, "ahc-hrsn", "", fine), 0, score.Negative)
	wantScore(t, scored(t, "ahc-hrsn", "", with(fine, "utilities", "LA32002-0", "hurt", frequently, "insult", sometimes, "scream", rarely)), 2, score.Positive)

	open := scored(t, "ahc-hrsn", "", with(fine, "food_worry", nil))
	if open.Value != nil || open.Band != "" || *open.Lowest != 0 || *open.Highest != 1 {
		t.Errorf("with food undecided: %+v, want neither positive nor negative", open)
	}
	decided := scored(t, "ahc-hrsn", "", with(fine, "food_worry", nil, "food_did_not_last", "LA6729-3"))
	wantScore(t, decided, 1, score.Positive)
	if want := "Every domain was decided by the answers given; what is missing could change none of them."; decided.Handling != want {
		t.Errorf("handled as %q", decided.Handling)
	}
	food, _ := decided.Part("food")
	if diff := cmp.Diff([]string{"food-insecurity"}, food.Categories); diff != "" {
		t.Error(diff)
	}
}

func TestCTM3(t *testing.T) {
	all := func(a, b, c string) map[string]score.Value {
		return map[string]score.Value{"preferences": a, "responsibilities": b, "medication": c}
	}
	cases := []struct {
		name, variant string
		answers       map[string]score.Value
		want          float64
		handling      string
	}{
		{"the best", "", all("strongly_agree", "strongly_agree", "strongly_agree"), 100, "Complete: no answer was missing."},
		{"the worst", "linear", all("strongly_disagree", "strongly_disagree", "strongly_disagree"), 0, "Complete: no answer was missing."},
		{"2, 3 and 4", "linear", all("disagree", "agree", "strongly_agree"), 200.0 / 3, "Complete: no answer was missing."},
		{"no medication", "linear", all("agree", "agree", "no_medication"), 200.0 / 3, "Scored on 2 of 3 statements: left out medication (no medication)."},
		{"don't know and no answer", "linear", map[string]score.Value{"preferences": "dont_know", "responsibilities": "strongly_agree"}, 100, "Scored on 1 of 3 statements: left out preferences (dont know), medication (no answer)."},
		{"top box", "top_box", all("strongly_agree", "agree", "no_medication"), 50, "Scored on 2 of 3 statements: left out medication (no medication)."},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := scored(t, "ctm-3", c.variant, c.answers)
			if got.Value == nil || *got.Value < c.want-1e-9 || *got.Value > c.want+1e-9 || got.Band != "" || got.Handling != c.handling {
				t.Errorf("got %v, %q %q; want %v, %q", got.Value, got.Band, got.Handling, c.want, c.handling)
			}
		})
	}
	if got := scored(t, "ctm-3", "", map[string]score.Value{"preferences": "dont_know"}); got.Value != nil || got.Handling != "Not scored: no statement has an answer that counts." {
		t.Errorf("got %+v, want no score", got)
	}
}

// answersOf reads the answers to what a variant of the screening asks.
func answersOf(t *testing.T, response questionnaire, variant string, loinc func(item) string) map[string]score.Value {
	t.Helper()
	names := map[string]score.Input{}
	for _, in := range lookup(t, "ahc-hrsn").Inputs(variant) {
		names[in.LOINC] = in
	}
	answers := map[string]score.Value{}
	response.each(func(i item) {
		in, ok := names[loinc(i)]
		if !ok || len(i.Answer) == 0 {
			return
		}
		var codes []string
		for _, a := range i.Answer {
			codes = append(codes, a.ValueCoding.Code)
		}
		answers[in.Name] = codes
	})
	if len(answers) == 0 {
		t.Fatal("no answers were found")
	}
	return answers
}

func wantBands(t *testing.T, got score.Result, want map[string]score.Band) {
	t.Helper()
	bands := map[string]score.Band{}
	for _, p := range got.Parts {
		if p.Band != "" {
			bands[p.Name] = p.Band
		}
	}
	if diff := cmp.Diff(want, bands); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
