package pathways

import (
	"fmt"
	"slices"
	"strings"
)

// valueSets checks the sets of diagnoses.
func (c *checker) valueSets() {
	seen := map[string]bool{}
	for i := range c.d.ValueSets {
		v := &c.d.ValueSets[i]
		path := "value_sets." + v.Name
		if !identifier.MatchString(v.Name) || slices.Contains(celWords, v.Name) {
			c.wrong(path, v.Line, fmt.Sprintf("%q cannot be the name of a value set", v.Name), nameInstead(v.Name))
		}
		c.once(seen, path, v.Line, "value set", v.Name)
		if v.Title == "" {
			c.wrong(path, v.Line, fmt.Sprintf("the value set %s has no title", v.Name), "write title: and what people call these diagnoses")
		}
		if len(v.Codes) == 0 {
			c.wrong(path, v.Line, fmt.Sprintf("the value set %s holds no codes", v.Name), "write codes: {icd-10-cm: [I50]}")
		}
		c.codeLists(path+".codes", v.Codes)
		c.codeLists(path+".except", v.Except)
		c.labels(path, v.Line, v.Sensitive)
	}
}

func (c *checker) codeLists(path string, lists []CodeList) {
	for _, l := range lists {
		at := path + "." + l.Name
		s, known := codeSystemNamed(l.Name)
		if !known {
			c.wrong(at, l.Line, fmt.Sprintf("there is no code system %q", l.Name), suggest(l.Name, CodeSystems()))
			continue
		}
		if len(l.Codes) == 0 {
			c.wrong(at, l.Line, fmt.Sprintf("there are no codes of %s", l.Name), "write codes, or leave the code system out")
		}
		seen := map[string]bool{}
		for i, code := range l.Codes {
			here := fmt.Sprintf("%s[%d]", at, i)
			if why := s.unwritable(code); why != "" {
				c.wrongValue(here, l.Line, why, "write a code like "+s.example)
			}
			c.once(seen, here, l.Line, "code", code)
		}
	}
}

// unwritable says why a text stands for no codes of the system; empty where it does.
func (s codeSystem) unwritable(text string) string {
	from, to, isRange := strings.Cut(text, "-")
	switch {
	case !isRange && s.form.MatchString(text):
		return ""
	case !isRange || !s.ordered:
		return fmt.Sprintf("%q is no code of %s", text, s.name)
	case !s.form.MatchString(from) || !s.form.MatchString(to) || strings.Contains(text, "."):
		return fmt.Sprintf("%q is no range of %s: it goes from one category to another", text, s.name)
	case len(from) != len(to) || from > to:
		return fmt.Sprintf("the range %q does not go upwards", text)
	}
	return ""
}
