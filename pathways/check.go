package pathways

import (
	"fmt"
	"slices"

	"throughline/care"
)

// Check says what keeps a definition from being published, and what is legal but odd. Problems
// stand at the line of the part they are about; Load also gives the file and the column.
func Check(d *Definition) Problems {
	findings := told(check(d), false)
	problems := make(Problems, len(findings))
	for i, f := range findings {
		problems[i] = f.Problem
	}
	return problems.sorted("")
}

// told leaves out what is not worth telling as long as something is refused.
func told(findings []finding, refused bool) []finding {
	refused = refused || slices.ContainsFunc(findings, func(f finding) bool { return f.Severity == SeverityError })
	return slices.DeleteFunc(findings, func(f finding) bool { return refused && f.idle })
}

// finding is a problem that knows more about its place than a line.
type finding struct {
	Problem
	leans   bool // it may be wrong only because something else could not be read
	idle    bool // it is only told once nothing is refused: what is meant to use a part may be what is wrong
	atValue bool // the value is at fault, not its key
	inText  bool // line and column say where in the expression
	line    int
	column  int
}

// maxSteps bounds what a reader can follow, and what checking costs.
const maxSteps = 200

// checker collects the findings of one definition.
type checker struct {
	d        *Definition
	lang     *language
	broken   []string            // the expressions that do not compile
	asked    map[string][]string // what each expression asks, by its path; never iterated
	findings []finding
	part     bool // it is a part: names that it does not know may be the pathway's
}

func check(d *Definition) []finding {
	c := &checker{d: d, asked: map[string][]string{}}
	if len(d.Steps) > maxSteps {
		c.wrong("steps", 0, fmt.Sprintf("the pathway has more than %d steps", maxSteps), "split it into several pathways")
		return c.findings
	}
	c.header()
	c.launch()
	c.relations()
	c.valueSets()
	c.facts()
	c.clocks()
	c.ladders()
	c.forms()
	c.messages()
	c.steps()
	c.tracks()
	c.reachability()
	c.ends()
	c.unused()
	c.expressions()
	c.sensitive()
	c.claims()
	return c.findings
}

// wrong notes an error about the part at the path.
func (c *checker) wrong(path string, line int, message, suggestion string) {
	c.note(finding{Problem: Problem{Path: path, Line: line, Message: message, Suggestion: suggestion, Severity: SeverityError}})
}

// wrongValue notes an error about the value of a key.
func (c *checker) wrongValue(path string, line int, message, suggestion string) {
	c.note(finding{atValue: true, Problem: Problem{Path: path, Line: line, Message: message, Suggestion: suggestion, Severity: SeverityError}})
}

// leaning notes an error that may come only of a part that could not be read.
func (c *checker) leaning(path string, line int, message, suggestion string) {
	c.note(finding{leans: true, atValue: true, Problem: Problem{Path: path, Line: line, Message: message, Suggestion: suggestion, Severity: SeverityError}})
}

// odd notes what is legal but odd.
func (c *checker) odd(path string, line int, message, suggestion string) {
	c.note(finding{Problem: Problem{Path: path, Line: line, Message: message, Suggestion: suggestion, Severity: SeverityWarning}})
}

func (c *checker) note(f finding) { c.findings = append(c.findings, f) }

// header checks what stands at the top of the file.
func (c *checker) header() {
	d := c.d
	if d.Pathway == "" {
		c.wrong("pathway", 0, "the pathway has no key", "write pathway: and a short name, like post-discharge-tcm")
	} else if !slug.MatchString(d.Pathway) {
		c.wrongValue("pathway", 0, fmt.Sprintf("%q cannot be the key of a pathway", d.Pathway), "use lower-case letters, digits and hyphens, like post-discharge-tcm")
	}
	if slices.Contains(reservedKeys, d.Pathway) {
		c.wrongValue("pathway", 0, fmt.Sprintf("%q cannot be the key of a pathway: it is an address of its own", d.Pathway), "say what it is about, like post-discharge-tcm")
	}
	if d.Version < 1 {
		c.wrongValue("version", 0, "the pathway needs a version, 1 or more", "write version: 1")
	}
	if d.Title == "" {
		c.wrong("title", 0, "the pathway has no title", "write title: and what people call it")
	}
	if d.Owner == "" {
		c.wrong("owner", 0, "nobody answers for an enrollment, nor for a step without an owner of its own", "write owner: care_coordinator, or another role")
	} else {
		c.role("owner", 0, d.Owner)
	}
	if d.Calendar != "" && !slices.Contains(calendars, d.Calendar) {
		c.wrongValue("calendar", 0, fmt.Sprintf("there is no calendar %q", d.Calendar), "leave it out: the organization's calendar counts")
	}
	seen := map[string]bool{}
	for i, l := range d.Languages {
		path := fmt.Sprintf("languages[%d]", i)
		if !languageTag.MatchString(l) {
			c.wrongValue(path, 0, fmt.Sprintf("%q is no language", l), listInstead(l, "languages", nil, tagInstead(l)))
		}
		c.once(seen, path, 0, "language", l)
	}
	c.emergency()
	for i, claim := range d.ConformsTo {
		if !slices.Contains(claims, claim) {
			c.wrongValue(fmt.Sprintf("conforms_to[%d]", i), 0, fmt.Sprintf("nothing is known of the claim %q", claim), suggest(claim, claims))
		}
	}
}

// once refuses a name that came before.
func (c *checker) once(seen map[string]bool, path string, line int, what, name string) {
	if seen[name] {
		c.wrong(path, line, fmt.Sprintf("there are two of the %s %q", what, name), "remove one, or give it a name of its own")
	}
	seen[name] = true
}

// Roles are the roles that every organization has. Others are legal, and warned about.
var Roles = []string{"care_coordinator", "nurse", "supervisor", "medical_director", "community_health_worker", "pharmacist", "social_worker", "physician", "scheduler"}

// role checks the name of a role: work that goes to a misspelt one goes to nobody.
func (c *checker) role(path string, line int, role string, also ...string) {
	known := slices.Concat(also, Roles)
	switch {
	case slices.Contains(Roles, role):
	case slices.Contains(known, asName(role)):
		c.wrongValue(path, line, fmt.Sprintf("%q cannot be a role", role), "write "+asName(role))
	case !identifier.MatchString(role):
		c.wrongValue(path, line, fmt.Sprintf("%q cannot be a role", role), "write a role rather than a person or a team, in lower-case letters and underscores, like care_coordinator")
	case nearest(role, known) != "":
		c.wrongValue(path, line, fmt.Sprintf("there is no role %q", role), suggest(role, known))
	default:
		c.odd(path, line, fmt.Sprintf("the role %q is none of the usual ones", role), "make sure that somebody has it; usual are "+joinSorted(Roles))
	}
}

// event checks the kind of an event.
func (c *checker) event(path string, line int, kind string) {
	if kind == EnrollmentEnded {
		c.wrongValue(path, line, "the end of an enrollment launches another pathway, and is no event of a running one", "ask how a pathway that a step started ended by <step>.ended_as")
		return
	}
	known := slices.DeleteFunc(c.eventNames(), func(name string) bool { return name == OnRequest })
	if !slices.Contains(known, kind) {
		c.wrongValue(path, line, fmt.Sprintf("no event is called %q", kind), eventInstead(kind, known))
	}
}

// unknownEvent tells whether the kind was refused already.
func (c *checker) unknownEvent(kind string) bool {
	refused := kind == c.d.Launch.event() && !slices.Contains(LaunchKinds, kind)
	return kind != "" && kind != OnRequest && (refused || !slices.Contains(c.eventNames(), kind))
}

func (c *checker) eventNames() []string {
	return namesIn(c.d.eventKinds(), func(k EventKind) string { return k.Name })
}

// eventNames are the kinds of event that every pathway knows.
func eventNames() []string {
	return namesIn(EventKinds, func(k EventKind) string { return k.Name })
}

// offset checks an amount of time that a key needs.
func (c *checker) offset(path string, line int, text string) (care.Offset, bool) {
	off, err := care.ParseOffset(text)
	if err != nil {
		message, instead := unreadableAmount(text, err)
		c.wrongValue(path, line, message, instead)
		return off, false
	}
	if off.N < 0 || off.N == 0 && off.Unit != care.EndOfDay {
		c.wrongValue(path, line, "the amount of time must be more than nothing", `like "2 business days"`)
		return off, false
	}
	return off, true
}

// launch checks what starts an enrollment.
func (c *checker) launch() {
	l := c.d.Launch
	if step, own := c.d.AnsweredStep(l.On); own {
		c.wrongValue("launch.on", l.Line, fmt.Sprintf("%s is asked by the pathway itself, so its answers cannot start it", step), "launch on encounter.discharged, or let a person start it")
	} else if !l.Asked() {
		c.launchEvent(l)
	}
	switch {
	case slices.Contains(oncePers, l.OncePer):
	case l.OncePer == "":
		c.wrong("launch", l.Line, "the launch does not say what makes two launches one", "write once_per: encounter, patient or request")
	default:
		c.wrongValue("launch.once_per", l.Line, fmt.Sprintf("once_per cannot be %q", l.OncePer), "use encounter, patient or request")
	}
	if l.OncePer == "encounter" && !c.unknownEvent(l.On) && !c.d.eventAttribute(l.On, "discharged_at") {
		c.leaning("launch.once_per", l.Line, "once_per: encounter needs a launch on an event of an encounter", "launch on encounter.discharged, or use once_per: patient")
	}
	for i, x := range l.Unless {
		path := fmt.Sprintf("launch.unless[%d]", i)
		if x.When == "" {
			c.wrong(path, x.Line, "an exclusion needs a condition", "write when: and the condition")
		}
		if x.Because == "" {
			c.wrong(path, x.Line, "an exclusion needs the sentence that is recorded as the reason", "write because: and a sentence")
		}
	}
	c.whileActive(l)
}

// launchEvent checks that the event which is to start the pathway ever will.
func (c *checker) launchEvent(l Launch) {
	if slices.Contains(LaunchKinds, l.On) {
		return
	}
	if why, instead := startsNothing(l.On); why != "" {
		c.wrongValue("launch.on", l.Line, why, instead)
		return
	}
	c.wrongValue("launch.on", l.Line, fmt.Sprintf("no event is called %q", l.On), eventInstead(l.On, LaunchKinds))
}

func (c *checker) whileActive(l Launch) {
	w := l.WhileActive
	if len(w.Pathways) == 0 && w.Policy == "" {
		return
	}
	if len(w.Pathways) == 0 {
		c.wrong("launch.while_active", l.Line, "while_active names no pathway", "write pathways: [post-discharge-tcm]")
	}
	if !slices.Contains(policies, w.Policy) {
		c.wrongValue("launch.while_active.policy", l.Line, fmt.Sprintf("while_active has no policy %q", w.Policy), "use supersede, join or refuse")
	}
	for i, p := range w.Pathways {
		if !slug.MatchString(p) {
			c.wrongValue(fmt.Sprintf("launch.while_active.pathways[%d]", i), l.Line, fmt.Sprintf("%q cannot be the key of a pathway", p), "write its key rather than its title, like post-discharge-tcm")
		}
	}
}

// reservedKeys stand beside the pathways' keys in addresses.
var reservedKeys = []string{"schema", "parts", "check", "simulate"}

// What some keys may say.
var (
	oncePers   = []string{"encounter", "patient", "request"}
	policies   = []string{PolicySupersede, PolicyJoin, PolicyRefuse}
	consents   = []string{"required", "on file"}
	otherwises = []string{"next_best", "ask"}
	calendars  = []string{"organization"}
	countsFrom = []string{"day after"}
)

// valueTypes are the types of facts and answers.
var valueTypes = []string{TypeBool, TypeInt, TypeNumber, TypeString, TypeCode, TypeDate, TypeDateTime}

// answerTypes are the types of answers.
var answerTypes = slices.Concat(valueTypes, []string{TypeCodes})
