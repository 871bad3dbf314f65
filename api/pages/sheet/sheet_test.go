package sheet_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/api/pages/sheet"
	"throughline/care"
	"throughline/pathways"
)

// paper is a form of the fields, whose condition "answer.x" holds where x was answered with a yes.
func paper(language string, fields ...pathways.Field) sheet.Paper {
	return sheet.Paper{
		Form: &pathways.Form{Name: "f", Fields: fields}, Language: language, Zone: time.FixedZone("EST", -5*60*60),
		Asks: func(f pathways.Field, before []care.FactValue) bool {
			name, conditional := strings.CutPrefix(f.When, "answer.")
			return !conditional || slices.Contains(before, care.FactValue{Name: name, Value: true})
		},
	}
}

// sent is what a browser sends of questions that were shown, in pairs of name and value.
func sent(p sheet.Paper, pairs ...string) url.Values {
	v := url.Values{}
	for _, q := range sheet.Blank(p).Questions {
		v.Add(sheet.Shown, q.Name)
	}
	for i := 0; i < len(pairs); i += 2 {
		v.Add("answer."+pairs[i], pairs[i+1])
	}
	return v
}

var severalValues = []string{"pests", "mold", "none"}

func TestAnswersAreRead(t *testing.T) {
	kind := func(typ string) pathways.Field {
		f := pathways.Field{ID: "x", Ask: "?", Type: typ, Required: true, Unit: "lb"}
		if typ == pathways.TypeCode || typ == pathways.TypeCodes {
			f.Values, f.Unit = severalValues, ""
		}
		return f
	}
	for _, c := range []struct {
		typ, language string
		given         []string
		want          any
		fault         string
	}{
		{pathways.TypeBool, "en", []string{"yes"}, true, ""},
		{pathways.TypeBool, "en", []string{"no"}, false, ""},
		{pathways.TypeBool, "en", nil, nil, "Choose one of the answers."},
		{pathways.TypeBool, "es-MX", []string{"maybe"}, nil, "Elija una de las respuestas."},
		{pathways.TypeCode, "en", []string{"mold"}, "mold", ""},
		{pathways.TypeCode, "en", []string{"Mold"}, nil, "Choose one of the answers."},
		{pathways.TypeCode, "en", []string{"mold", "pests"}, "mold", ""},
		{pathways.TypeCodes, "en", []string{"none", "pests"}, []any{"pests", "none"}, ""},
		{pathways.TypeCodes, "en", nil, nil, "Choose at least one answer."},
		{pathways.TypeCodes, "en", []string{"mold", "fire"}, nil, "Choose one of the answers."},
		{pathways.TypeInt, "en", []string{" 180 "}, int64(180), ""},
		{pathways.TypeInt, "en", []string{"1,200 LB"}, int64(1200), ""},
		{pathways.TypeInt, "en", []string{"180.0"}, int64(180), ""},
		{pathways.TypeInt, "en", []string{"180.5"}, nil, "Write a whole number in digits, like 12."},
		{pathways.TypeInt, "es", []string{"doce"}, nil, "Escriba un número entero en cifras, como 12."},
		{pathways.TypeInt, "en", []string{"9999999999999"}, nil, "Write a whole number in digits, like 12."},
		{pathways.TypeInt, "en", []string{""}, nil, "Write a number."},
		{pathways.TypeNumber, "en", []string{"98.6"}, 98.6, ""},
		{pathways.TypeNumber, "en", []string{"98,6"}, 98.6, ""},
		{pathways.TypeNumber, "es", []string{"98,6"}, 98.6, ""},
		{pathways.TypeNumber, "es", []string{"1,200"}, nil, "Escriba un número en cifras, como 98.6."},
		{pathways.TypeNumber, "en", []string{"−2.5"}, -2.5, ""},
		{pathways.TypeNumber, "en", []string{"1e5"}, nil, "Write a number in digits, like 98.6."},
		{pathways.TypeNumber, "en", []string{"NaN"}, nil, "Write a number in digits, like 98.6."},
		{pathways.TypeDate, "en", []string{"2026-03-09"}, "2026-03-09", ""},
		{pathways.TypeDate, "en", []string{"3/9/2026"}, "2026-03-09", ""},
		{pathways.TypeDate, "es", []string{"3/9/2026"}, nil, "Escriba una fecha como 2026-03-09."},
		{pathways.TypeDate, "en", []string{"2026-02-30"}, nil, "Write a date like 2026-03-09."},
		{pathways.TypeDateTime, "en", []string{"2026-03-09T14:30"}, "2026-03-09T14:30:00-05:00", ""},
		{pathways.TypeDateTime, "en", []string{"noon"}, nil, "Write a day and a time like 2026-03-09 14:30."},
		{pathways.TypeString, "en", []string{" a\r\nb\x00c\xff "}, "a\nbc", ""},
		{pathways.TypeString, "en", []string{" \n "}, nil, "Write an answer."},
		{pathways.TypeString, "en", []string{strings.Repeat("é", 2000)}, strings.Repeat("é", 2000), ""},
		{pathways.TypeString, "vi", []string{strings.Repeat("é", 2001)}, nil, "This is too long: write at most 2,000 characters, about a page."},
	} {
		p := paper(c.language, kind(c.typ))
		v := sent(p)
		v["answer.x"] = c.given
		got := sheet.Read(p, v)
		if fault := got.Questions[0].Fault; fault != c.fault {
			t.Errorf("%s %q: %q is wrong with it, want %q", c.typ, c.given, fault, c.fault)
		}
		var want []care.FactValue
		if c.fault == "" {
			want = []care.FactValue{{Name: "x", Value: c.want}}
		}
		if diff := cmp.Diff(want, got.Answers); diff != "" {
			t.Errorf("%s %q: %s", c.typ, c.given, diff)
		}
		if got.Complete() != (c.fault == "") {
			t.Errorf("%s %q: complete is %t", c.typ, c.given, got.Complete())
		}
		if q := got.Questions[0]; c.fault != "" && len(q.Options) == 0 && len(c.given) > 0 && q.Typed != c.given[0] {
			t.Errorf("%s: what was typed is lost: %q instead of %q", c.typ, q.Typed, c.given[0])
		}
	}
}

func TestWhatNeedNotBeAnsweredMayBeLeftOut(t *testing.T) {
	for _, typ := range []string{pathways.TypeBool, pathways.TypeCode, pathways.TypeCodes, pathways.TypeInt, pathways.TypeNumber, pathways.TypeDate, pathways.TypeDateTime, pathways.TypeString} {
		p := paper("en", pathways.Field{ID: "x", Type: typ, Values: severalValues})
		if s := sheet.Read(p, sent(p, "x", "")); !s.Complete() || len(s.Answers) != 0 {
			t.Errorf("%s: complete %t, %v", typ, s.Complete(), s.Answers)
		}
	}
}

func TestAnswersLeadToMoreQuestions(t *testing.T) {
	p := paper("en",
		pathways.Field{ID: "breath", Type: pathways.TypeBool, Required: true},
		pathways.Field{ID: "night", Type: pathways.TypeBool, Required: true, When: "answer.breath"},
		pathways.Field{ID: "pillows", Type: pathways.TypeInt, Required: true, When: "answer.night"},
	)
	blank := sheet.Blank(p)
	if len(blank.Questions) != 1 || !blank.Branches {
		t.Fatalf("asked at first are %+v", blank.Questions)
	}
	form := sent(p, "breath", "yes")
	s := sheet.Read(p, form)
	if len(s.Questions) != 2 || !s.Questions[1].New || !s.More() || s.Complete() || len(s.Faulty()) != 0 {
		t.Fatalf("after a yes: %+v", s.Questions)
	}
	form.Add(sheet.Shown, "night")
	if s = sheet.Read(p, form); len(s.Faulty()) != 1 || s.Complete() {
		t.Fatalf("shown and not answered: %+v", s.Questions)
	}
	form.Set("answer.night", "no")
	if s = sheet.Read(p, form); !s.Complete() || len(s.Answers) != 2 {
		t.Fatalf("all is answered: %+v", s)
	}
	// Who changes their mind is no longer asked, and what they said to it is let go of.
	form.Set("answer.breath", "no")
	want := []care.FactValue{{Name: "breath", Value: false}}
	if s = sheet.Read(p, form); !s.Complete() || cmp.Diff(want, s.Answers) != "" {
		t.Errorf("after another answer: %+v", s)
	}
}

func TestASheetSpeaksThePatientsLanguage(t *testing.T) {
	f := pathways.Field{
		ID: "house", Ask: "Where do you live?", Type: pathways.TypeCode, Values: []string{"own_home", "shelter"},
		Translations: []pathways.FieldWords{{Language: "es", Ask: "¿Dónde vive?", Help: "Hoy.", Labels: []string{"En casa propia", "En un albergue"}}},
	}
	q := sheet.Blank(paper("es-MX", f)).Questions[0]
	if q.Ask != "¿Dónde vive?" || q.Help != "Hoy." || q.Options[1].Label != "En un albergue" || q.Options[1].Value != "shelter" {
		t.Errorf("in Spanish: %+v", q)
	}
	q = sheet.Blank(paper("en", f)).Questions[0]
	if q.Ask != "Where do you live?" || q.Options[0].Label != "Own home" {
		t.Errorf("in English: %+v", q)
	}
}

func TestWhatWasChosenStaysChosen(t *testing.T) {
	p := paper("en", pathways.Field{ID: "a", Type: pathways.TypeCodes, Values: severalValues}, pathways.Field{ID: "b", Type: pathways.TypeBool, Required: true})
	s := sheet.Read(p, sent(p, "a", "mold", "a", "none"))
	chosen := []bool{s.Questions[0].Options[0].Chosen, s.Questions[0].Options[1].Chosen, s.Questions[0].Options[2].Chosen}
	if diff := cmp.Diff([]bool{false, true, true}, chosen); diff != "" || s.Complete() {
		t.Error(diff, s.Complete())
	}
}

func TestAnswersAreHeldToTheirLimits(t *testing.T) {
	low, high := 50.0, 700.0
	weight := pathways.Field{ID: "x", Ask: "?", Type: pathways.TypeNumber, Unit: "lb", Min: &low, Max: &high}
	none := pathways.Field{
		ID: "x", Ask: "?", Type: pathways.TypeCodes, Values: severalValues, Exclusive: []string{"none"},
		Translations: []pathways.FieldWords{{Language: "es", Ask: "?", Labels: []string{"plagas", "moho", "nada de esto"}}},
	}
	atLeast, atMost := weight, weight
	atLeast.Max, atMost.Min = nil, nil
	for _, c := range []struct {
		field    pathways.Field
		language string
		given    []string
		fault    string
	}{
		{weight, "en", []string{"49.9"}, "Write a number from 50 to 700."},
		{weight, "en", []string{"50 lb"}, ""},
		{weight, "en", []string{"700"}, ""},
		{weight, "es", []string{"700,1"}, "Escriba un número de 50 a 700."},
		{atLeast, "en", []string{"1"}, "Write a number that is 50 or more."},
		{atMost, "es", []string{"701"}, "Escriba un número que sea 700 o menos."},
		{none, "en", []string{"none"}, ""},
		{none, "en", []string{"mold", "pests"}, ""},
		{none, "en", []string{"none", "mold"}, "You chose “None” and other answers too. Choose only one of the two."},
		{none, "es-MX", []string{"pests", "none"}, "Eligió “nada de esto” y también otras respuestas. Elija solo lo uno o lo otro."},
	} {
		p := paper(c.language, c.field)
		v := sent(p)
		v["answer.x"] = c.given
		got := sheet.Read(p, v)
		if fault := got.Questions[0].Fault; fault != c.fault || got.Complete() != (c.fault == "") || len(got.Answers) == 1 != (c.fault == "") {
			t.Errorf("%q: %q is wrong with it, want %q; complete %t, %v", c.given, fault, c.fault, got.Complete(), got.Answers)
		}
	}
}

// FuzzRead holds that nothing a browser may send ends in anything but a sheet.
func FuzzRead(f *testing.F) {
	f.Add("yes", "1,200", "2026-03-09", "mold")
	f.Add("", "--5", "0000-00-00T00:00", "\xff\x00")
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		p := paper("en", pathways.Field{ID: "a", Type: pathways.TypeBool}, pathways.Field{ID: "b", Type: pathways.TypeNumber, Unit: "lb"},
			pathways.Field{ID: "c", Type: pathways.TypeDateTime}, pathways.Field{ID: "d", Type: pathways.TypeCodes, Values: severalValues})
		s := sheet.Read(p, sent(p, "a", a, "b", b, "c", c, "d", d))
		if len(s.Questions) != 4 || len(s.Answers)+len(s.Faulty()) > 4 {
			t.Errorf("%+v", s)
		}
	})
}
