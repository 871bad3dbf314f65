package pathways_test

import (
	"testing"

	"throughline/pathways"
)

func TestPlaceOfAnExpression(t *testing.T) {
	library, err := pathways.Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range library {
		if d.Pathway != "post-discharge-tcm" {
			continue
		}
		p, err := pathways.Compile(d)
		if err != nil {
			t.Fatal(err)
		}
		if rule, line := p.Place("all(required)", ""); rule != "ends[5].when" || line == 0 {
			t.Errorf("it stands at %s, line %d", rule, line)
		}
		consent := d.StepByID("food").Referral.ConsentFrom // the same as that of transport, before it
		if rule, line := p.Place(consent, "food"); rule != "steps.food.referral.consent_from" || line == 0 {
			t.Errorf("it stands at %s, line %d", rule, line)
		}
		if rule, line := p.Place("1 == 2", ""); rule != "" || line != 0 {
			t.Errorf("what the definition does not hold stands at %s, line %d", rule, line)
		}
		return
	}
	t.Fatal("the library has no post-discharge-tcm")
}
