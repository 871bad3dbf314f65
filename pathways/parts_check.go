package pathways

import "slices"

// LoadPart reads and checks a part by itself: its header, its ladders, forms and messages, and, where
// every parameter has a default, its steps as a pathway would have them. What it asks of a pathway,
// such as a fact that a clock counts from, shows where it is used.
func LoadPart(file string, src []byte, parts Parts) (*Part, Problems) {
	part, where, problems := parsePart(file, src)
	if part == nil || len(problems) > 0 {
		return part, problems.sorted(file)
	}
	self, err := NewPartSet(PartFile{File: file, Source: src})
	if err != nil {
		return part, append(problems, Problem{File: file, Line: 1, Column: 1, Message: err.Error(), Severity: SeverityError})
	}
	dec := &decoder{where: where}
	im := &importer{dec: dec, parts: JoinParts(self, parts), loaded: map[string]*loadedPart{}}
	p := im.load(Used{Part: part.Part, Version: part.Version}, where, spot{1, 1}, "part")
	d := &Definition{Pathway: "part", Version: 1, Title: part.Title, Owner: Roles[0], Languages: spoken(part.Templates)}
	if p != nil {
		part.Uses = p.Uses // with their digests; the rest of p is made to fit the trial
		im.trial(d, p)
	}
	problems = dec.problems
	if !im.failed {
		c := &checker{d: d, asked: map[string][]string{}, part: true}
		c.valueSets()
		c.ladders()
		c.forms()
		c.messages()
		if len(d.Steps) > 0 {
			c.steps()
		}
		c.expressions()
		for _, f := range c.findings {
			problems = append(problems, where.place(f))
		}
	}
	return part, problems.sorted(file)
}

// trial puts all of a part into a definition.
func (im *importer) trial(d *Definition, p *loadedPart) {
	im.offer(p, 1, spot{1, 1})
	if len(p.Steps) > 0 && !slices.ContainsFunc(p.Parameters, func(x Parameter) bool { return x.Default == "" }) {
		inc := &Include{Bundle: p.used, As: "part", Line: 1}
		given, _ := im.arguments(p, inc, func(string) spot { return spot{1, 1} })
		d.Steps = im.unfold(d, p, inc, "steps[0].include", given)
	}
	im.clashes(d)
	if len(d.Languages) == 0 {
		for _, other := range p.uses {
			d.Languages = union(d.Languages, spoken(other.Templates))
		}
	}
	for _, o := range im.offers {
		im.bring(d, o)
	}
}

// spoken are the languages of messages.
func spoken(templates []Template) []string {
	var languages []string
	for _, t := range templates {
		for _, w := range t.Texts {
			if !slices.Contains(languages, w.Language) {
				languages = append(languages, w.Language)
			}
		}
	}
	return languages
}

// PartDigest gives the content address of a part, as Digest does of a definition. The digests of the
// parts that it uses belong to it, where LoadPart found them: it is what a definition's uses say.
func PartDigest(p *Part) string { return digestOf(p) }
