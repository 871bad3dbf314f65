package pathways

import (
	"fmt"
	"slices"
	"strings"
)

// facts checks what the pathway may ask about.
func (c *checker) facts() {
	seen := map[string]bool{}
	for _, f := range c.d.Facts {
		path := "facts." + f.Name
		c.identifier(path, f.Line, "a fact", f.Name)
		c.once(seen, path, f.Line, "fact", f.Name)
		c.typed(path, f.Line, f.Type, f.Values, valueTypes)
		c.factDefault(path, f)
		if f.From == "" && f.Default == nil && !f.Required {
			c.odd(path, f.Line, fmt.Sprintf("the fact %s has no from and no default, and is not required: it may never be known", f.Name), "say where it comes from, or write required: true")
		}
	}
}

func (c *checker) factDefault(path string, f Fact) {
	if f.Default == nil || !slices.Contains(valueTypes, f.Type) || f.Type == TypeCode && len(f.Values) < 2 {
		return
	}
	if _, err := Accept(f.Type, f.Values, f.Default); err != nil {
		c.wrongValue(path+".default", f.Line, "the default does not fit the type: "+err.Error(), "")
	}
}

// identifier checks a name that expressions use.
func (c *checker) identifier(path string, line int, what, name string) {
	switch {
	case !identifier.MatchString(name):
		c.wrong(path, line, fmt.Sprintf("%q cannot be the name of %s", name, what), nameInstead(name))
	case !askable(name):
		c.wrong(path, line, fmt.Sprintf("%q already means something in expressions and cannot be the name of %s", name, what), "choose another name")
	}
}

// typed checks a type, one of those known, and the values that belong to it.
func (c *checker) typed(path string, line int, typ string, values, known []string) {
	coded := typ == TypeCode || typ == TypeCodes
	switch {
	case typ == "":
		c.wrong(path, line, "the type is missing", "write type: "+strings.Join(known, ", "))
	case !slices.Contains(known, typ):
		c.wrongValue(path+".type", line, fmt.Sprintf("there is no type %q", typ), typeInstead(typ))
	case coded && len(values) == 1 && strings.Contains(values[0], ","):
		c.wrongValue(path+".values", line, "the values are one text", "write values: ["+values[0]+"]")
	case coded && len(values) < 2:
		c.wrong(path, line, "a code needs the values to choose from", "write values: [one, another]")
	case !coded && len(values) > 0:
		c.wrong(path+".values", line, "only a code has values", "write type: code, or leave the values out")
	}
	seen := map[string]bool{}
	for i, v := range values {
		c.once(seen, fmt.Sprintf("%s.values[%d]", path, i), line, "value", v)
	}
}

// forms checks the questions that tasks ask.
func (c *checker) forms() {
	forms := map[string]bool{}
	for _, form := range c.d.Forms {
		path := "forms." + form.Name
		c.once(forms, path, form.Line, "form", form.Name)
		if len(form.Fields) == 0 {
			c.wrong(path, form.Line, "the form asks nothing", "write fields: and a question")
		}
		seen := map[string]bool{}
		for i, f := range form.Fields {
			at := fmt.Sprintf("%s.fields[%d]", path, i)
			if f.ID != "" {
				at = path + ".fields." + f.ID
			}
			c.field(at, f)
			c.once(seen, at, f.Line, "question", f.ID)
			c.coded(at, f)
			c.points(at, &form, f)
			c.limits(at, f)
			c.wordsOf(at, f)
		}
		c.formWords(path, &form)
		c.scored(path, &form)
		c.branching(path, &form)
	}
}

func (c *checker) field(path string, f Field) {
	if f.ID == "" {
		c.wrong(path, f.Line, "the question has no id", "write id: and a name for its answer")
	} else if !identifier.MatchString(f.ID) || slices.Contains(celWords, f.ID) {
		c.wrongValue(path+".id", f.Line, fmt.Sprintf("%q cannot be the name of an answer", f.ID), nameInstead(f.ID))
	}
	if slices.ContainsFunc(slices.Concat(StepFacts, AppointmentFacts), func(s Fact) bool { return s.Name == f.ID }) {
		c.wrongValue(path+".id", f.Line, fmt.Sprintf("every step already has %q", f.ID), "choose another name for the answer")
	}
	if f.Ask == "" {
		c.wrong(path, f.Line, "the question has no words", "write ask: and the question")
	}
	c.typed(path, f.Line, f.Type, f.Values, answerTypes)
}
