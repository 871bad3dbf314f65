package score_test

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/care"
	"throughline/care/score"
)

func TestLookup(t *testing.T) {
	if diff := cmp.Diff([]string{"ahc-hrsn", "ctm-3", "hits", "hospital", "lace", "phq-2"}, score.Keys()); diff != "" {
		t.Error(diff)
	}
	for _, key := range score.Keys() {
		s, ok := score.Lookup(key, 1)
		if !ok || s.Key() != key || s.Version() != 1 {
			t.Errorf("%s: got %v, %v", key, s, ok)
		}
		if latest, ok := score.Latest(key); !ok || latest.Version() < s.Version() {
			t.Errorf("%s: the latest is %v", key, latest)
		}
		if _, ok := score.Lookup(key, 0); ok {
			t.Errorf("%s has a version 0", key)
		}
	}
	if _, ok := score.Latest("apgar"); ok {
		t.Error("there is a score that there is not")
	}
	if diff := cmp.Diff([]string{"donze2016", "donze2013", "simplified2017"}, lookup(t, "hospital").Variants()); diff != "" {
		t.Error(diff)
	}
}

// Every input can be asked, says what it is, and has a name of its own.
func TestInputsAreDescribed(t *testing.T) {
	for _, key := range score.Keys() {
		s := lookup(t, key)
		if diff := cmp.Diff(s.Inputs(s.Variants()[0]), s.Inputs("")); diff != "" {
			t.Errorf("%s: the first variant is not the default:\n%s", key, diff)
		}
		if got := s.Inputs("none such"); got != nil {
			t.Errorf("%s asks %v in a variant that does not exist", key, got)
		}
		for _, variant := range s.Variants() {
			seen := map[string]bool{}
			for _, in := range s.Inputs(variant) {
				if in.Name == "" || in.Label == "" || in.Source == "" || seen[in.Name] {
					t.Errorf("%s %s: %+v is not described, or stands twice", key, variant, in)
				}
				seen[in.Name] = true
				if (in.Type == score.Code) != (len(in.Values) > 1) {
					t.Errorf("%s %s: %s is a %s with %d values", key, variant, in.Name, in.Type, len(in.Values))
				}
				if (in.Type == score.Int || in.Type == score.Number) && (in.Min == nil || in.Max == nil) {
					t.Errorf("%s %s: %s has no bounds", key, variant, in.Name)
				}
			}
		}
	}
}

func TestScoreRefuses(t *testing.T) {
	cases := []struct {
		name, key, variant string
		answers            map[string]score.Value
		field, says        string
	}{
		{"an unknown variant", "hospital", "modified", nil, "variant", `"modified" is no variant of hospital: write donze2016, donze2013, simplified2017`},
		{"an unknown variant of a screening", "ahc-hrsn", "short", nil, "variant", "write core, supplemental"},
		{"an unknown variant of a measure", "ctm-3", "short", nil, "variant", "write linear, top_box"},
		{"haemoglobin in g/L", "hospital", "", map[string]score.Value{"hemoglobin_g_dl": 120}, "hemoglobin_g_dl", "a number from 1 to 30 in g/dL (120 g/L is 12 g/dL) is expected"},
		{"half a day", "lace", "", map[string]score.Value{"length_of_stay_days": 1.5}, "length_of_stay_days", "a whole number from 0 to 3650 in days is expected"},
		{"a stay that ends before it starts", "lace", "", map[string]score.Value{"length_of_stay_days": -1}, "length_of_stay_days", "a whole number"},
		{"no number", "lace", "", map[string]score.Value{"ed_visits_6_months": math.NaN()}, "ed_visits_6_months", "a whole number"},
		{"a text for a number", "lace", "", map[string]score.Value{"ed_visits_6_months": "2"}, "ed_visits_6_months", "a whole number"},
		{"a text for yes", "lace", "", map[string]score.Value{"acute_admission": "yes"}, "acute_admission", "yes or no"},
		{"another question's code", "hits", "", map[string]score.Value{"hurt": "LA33-6"}, "hurt", "one of LA6270-8, "},
		{"a number for a code", "hits", "", map[string]score.Value{"hurt": 3}, "hurt", "one of LA6270-8, "},
		{"two answers to one question", "hits", "", map[string]score.Value{"hurt": []string{never, rarely}}, "hurt", "only one of"},
		{"a list with something else", "ahc-hrsn", "", map[string]score.Value{"housing_problems": []any{"LA31996-4", 7}}, "housing_problems", "one of LA31996-4"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := lookup(t, c.key).Score(c.variant, c.answers)
			if care.CodeOf(err) != care.Invalid || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("got %v, want a refusal with %q", err, c.says)
			}
			if refusal, ok := errors.AsType[*care.Error](err); !ok || refusal.Field != c.field {
				t.Errorf("the refusal is about %+v, want %s", refusal, c.field)
			}
		})
	}
}

// What is missing is bounded, never assumed: the bounds are those of every way to complete it.
func TestMissingAnswersAreBounded(t *testing.T) {
	got := scored(t, "hospital", "", with(noHospitalRisk, "hemoglobin_g_dl", nil, "sodium_mmol_l", nil, "admissions_12_months", 9))
	if got.Value != nil || *got.Lowest != 5 || *got.Highest != 7 || got.Band != "" {
		t.Errorf("got %+v, want 5 to 7 and no band", got)
	}
	if want := "Not scored: nothing was assumed for what is missing. The score lies between 5 and 7."; got.Handling != want {
		t.Errorf("handled as %q", got.Handling)
	}
	got = scored(t, "lace", "", map[string]score.Value{"length_of_stay_days": 14, "acute_admission": true, "comorbidity_score": 0})
	if got.Value != nil || got.Band != score.High {
		t.Errorf("got %+v, want high in any case", got)
	}
	if want := "Not scored: nothing was assumed for what is missing. The score lies between 10 and 14, which is high in any case."; got.Handling != want {
		t.Errorf("handled as %q", got.Handling)
	}
}

// drawAnswers draws an answer to every input.
func drawAnswers(rt *rapid.T, inputs []score.Input) map[string]score.Value {
	answers := map[string]score.Value{}
	for _, in := range inputs {
		switch {
		case in.Type == score.Bool:
			answers[in.Name] = rapid.Bool().Draw(rt, in.Name)
		case in.Type == score.Int:
			answers[in.Name] = rapid.IntRange(int(*in.Min), min(int(*in.Max), 20)).Draw(rt, in.Name)
		case in.Type == score.Number:
			answers[in.Name] = rapid.Float64Range(*in.Min, *in.Max).Draw(rt, in.Name)
		case in.Repeats:
			answers[in.Name] = rapid.SliceOfN(rapid.SampledFrom(in.Values), 1, 4).Draw(rt, in.Name)
		default:
			answers[in.Name] = rapid.SampledFrom(in.Values).Draw(rt, in.Name)
		}
	}
	return answers
}

// For every scorer: nothing missing is exactly what makes a complete result; what is answered later
// stays within the bounds and in the band that was told before; a result survives being stored and
// can be computed again from what it holds.
func TestEveryScorerIsHonestAboutWhatIsMissing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s, _ := score.Latest(rapid.SampledFrom(score.Keys()).Draw(rt, "key"))
		variant := rapid.SampledFrom(s.Variants()).Draw(rt, "variant")
		inputs := s.Inputs(variant)
		complete := drawAnswers(rt, inputs)
		partial := map[string]score.Value{}
		var left []string
		for _, in := range inputs {
			if rapid.Bool().Draw(rt, "keeps "+in.Name) {
				partial[in.Name] = complete[in.Name]
				continue
			}
			left = append(left, in.Name)
		}
		before, err := s.Score(variant, partial)
		if err != nil {
			rt.Fatal(err)
		}
		after, err := s.Score(variant, complete)
		if err != nil {
			rt.Fatal(err)
		}
		if !slices.Equal(before.Missing, left) || len(after.Missing) > 0 || before.Handling == "" {
			rt.Fatalf("missing are %v (%s), want %v", before.Missing, before.Handling, left)
		}
		if before.Band != "" && before.Band != after.Band {
			rt.Fatalf("told %s before and %s after", before.Band, after.Band)
		}
		if before.Lowest != nil && (*after.Value < *before.Lowest || *after.Value > *before.Highest) {
			rt.Fatalf("%v after lies outside %v to %v", *after.Value, *before.Lowest, *before.Highest)
		}
		if before.Value != nil && len(left) > 0 && s.Key() != "ctm-3" && *before.Value != *after.Value {
			rt.Fatalf("%v before became %v", *before.Value, *after.Value)
		}
		again(rt, s, before)
	})
}

// again stores a result, reads it back and computes it anew.
func again(rt *rapid.T, s score.Scorer, result score.Result) {
	text, err := json.Marshal(result)
	if err != nil {
		rt.Fatal(err)
	}
	var stored score.Result
	if err := json.Unmarshal(text, &stored); err != nil {
		rt.Fatal(err)
	}
	if diff := cmp.Diff(result, stored); diff != "" {
		rt.Fatalf("storing changed the result:\n%s", diff)
	}
	computed, err := s.Score(stored.Variant, stored.Inputs)
	if err != nil {
		rt.Fatal(err)
	}
	if diff := cmp.Diff(result, computed); diff != "" {
		rt.Fatalf("computed again:\n%s", diff)
	}
}
