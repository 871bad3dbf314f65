package population

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// Limits of a scenario. A population of a hundred thousand takes minutes.
const (
	MaxPatients = 200_000
	maxDays     = 400
	maxPeople   = 1000
	minPerDay   = 0.01
)

// Defaults of a scenario.
const (
	defaultZone = "America/New_York"
	defaultDays = 30
)

// Load reads a scenario and checks it against the pathway: every name must be one of the pathway's,
// shares must come to a whole, and every role that owns work must have people. Each problem has its
// file, its line, and what to write instead.
func Load(file string, src []byte, def *pathways.Definition) (*Scenario, pathways.Problems) {
	s := &Scenario{}
	doc, problems := pathways.ReadDocument(file, src, s)
	if len(problems) > 0 {
		return nil, problems
	}
	c := &checker{doc: doc, scenario: s, def: def}
	c.check()
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	return s, nil
}

type checker struct {
	doc      *pathways.Document
	scenario *Scenario
	def      *pathways.Definition
	problems pathways.Problems
}

func (c *checker) wrong(path, message, suggestion string) {
	c.problems = append(c.problems, c.doc.Problem(path, message, suggestion))
}

// unknown is wrong at the name.
func (c *checker) unknown(path, message, suggestion string) {
	c.problems = append(c.problems, c.doc.NameProblem(path, message, suggestion))
}

func (c *checker) check() {
	s := c.scenario
	s.Zone, s.Days = cmp.Or(s.Zone, defaultZone), cmp.Or(s.Days, defaultDays)
	if s.Arrivals.Between == (Hours{}) {
		s.Arrivals.Between = Hours{shift{9 * 3600, 19 * 3600}}
	}
	c.header()
	c.arrivals()
	c.facts()
	c.requiredFacts()
	c.patient()
	c.behaviours()
	c.messages()
	c.referrals()
	c.observations()
	c.staff()
}

func (c *checker) header() {
	s := c.scenario
	if s.Title == "" {
		c.wrong("", "the scenario has no title", "write title: and a few words")
	}
	if s.Patients < 1 || s.Patients > MaxPatients {
		c.wrong("patients", fmt.Sprintf("the number of patients must lie between 1 and %d", MaxPatients), "write patients: 500")
	}
	if s.Days < 1 || s.Days > maxDays {
		c.wrong("days", fmt.Sprintf("each patient is followed for 1 to %d days", maxDays), "write days: 30")
	}
	if s.Seed < 0 {
		c.wrong("seed", "the seed is a number from 0 on", "write seed: 1")
	}
	if s.Start.IsZero() {
		c.wrong("", "it does not say when the first patients arrive", "write start: 2026-01-05")
	}
	if _, err := time.LoadLocation(s.Zone); err != nil {
		c.wrong("zone", fmt.Sprintf("%q is not a time zone", s.Zone), "give an IANA name such as America/New_York")
	}
	for i, d := range s.Closed {
		if d.Date.IsZero() || d.Name == "" {
			c.wrong(fmt.Sprintf("closed[%d]", i), "a closed day needs a date and a name", "write {date: 2026-12-24, name: Christmas Eve}")
		}
	}
	for _, h := range []struct {
		name string
		Happening
	}{{"died", s.Died}, {"appears", s.Appears}} {
		if h.Stay.set {
			c.wrong(h.name+".stay", "only a readmission has a stay", "leave it out")
		}
	}
}

func (c *checker) arrivals() {
	a := &c.scenario.Arrivals
	if a.PerDay < minPerDay {
		c.wrong("arrivals.per_day", "it does not say how many patients arrive", "write arrivals: {per_day: 20}")
	}
	total := Number(7 - len(a.Weekdays))
	for _, w := range a.Weekdays {
		if _, ok := weekday(w.Name); !ok {
			c.unknown("arrivals.weekdays."+w.Name, fmt.Sprintf("%q is no day of the week", w.Name), "write mon, tue, wed, thu, fri, sat or sun")
		}
		total += w.Weight
	}
	if total <= 0 {
		c.wrong("arrivals.weekdays", "no day of the week brings patients", "give one of them a weight above 0")
	}
}

func (c *checker) facts() {
	names := make([]string, len(c.def.Facts))
	for i, f := range c.def.Facts {
		names[i] = f.Name
	}
	for i := range c.scenario.Facts {
		p := &c.scenario.Facts[i]
		at := slices.Index(names, p.Name)
		path := "facts." + p.Name
		if at < 0 {
			c.unknown(path, fmt.Sprintf("the pathway has no fact %q", p.Name), pathways.Suggest(p.Name, names))
			continue
		}
		f := c.def.Facts[at]
		if f.From == "event.discharged_at" {
			c.wrong(path, "the day of discharge is the day of arrival", "leave it out, and write start: and arrivals:")
			continue
		}
		c.draw(path, &p.Value, f.Type, f.Values)
	}
}

// requiredFacts must be given where neither an event nor a day of arrival does.
func (c *checker) requiredFacts() {
	for _, f := range c.def.Facts {
		given := slices.ContainsFunc(c.scenario.Facts, func(p Property) bool { return p.Name == f.Name })
		fromLaunch := f.From != "" && f.From != "event.need" && !byHand(c.def)
		if f.Required && !given && f.Default == nil && !fromLaunch && f.Type != pathways.TypeDate && f.Type != pathways.TypeDateTime {
			c.wrong("facts", "the pathway cannot start without "+f.Name, "write facts: {"+f.Name+": …} with its values and their shares")
		}
	}
}

// patientProperties are what the scenario may say of patients.
var patientProperties = []string{"works_nights", "has_email", "has_phone", "language"}

func (c *checker) patient() {
	for i := range c.scenario.Patient {
		p := &c.scenario.Patient[i]
		path := "patient." + p.Name
		switch {
		case !slices.Contains(patientProperties, p.Name):
			c.unknown(path, fmt.Sprintf("%q is nothing that the simulation knows of patients", p.Name), pathways.Suggest(p.Name, patientProperties))
		case p.Name == "language":
			c.draw(path, &p.Value, pathways.TypeCode, c.languages())
		default:
			c.draw(path, &p.Value, pathways.TypeBool, nil)
		}
	}
}

// languages are those that patients may have: the pathway's, or where it has no messages of its own,
// those of the built-in ones.
func (c *checker) languages() []string {
	if len(c.def.Languages) == 0 {
		return pathways.QuestionnaireLanguages
	}
	return c.def.Languages
}

// wholeness is how far shares may miss a whole, for the sake of 33% three times.
const wholeness = 0.011

// draw checks a value that differs, and turns the share of yes into yes and no.
func (c *checker) draw(path string, d *Draw, typ string, values []string) {
	if len(*d) == 1 && (*d)[0].Share == 1 && (*d)[0].Line == 0 { // written as a single value
		c.single(path, d, typ, values)
		return
	}
	for _, o := range *d {
		if ok, help := fits(o.Name, typ, values); !ok {
			c.unknown(path+"."+o.Name, fmt.Sprintf("%q is no value of it", o.Name), help)
		}
	}
	if sum := d.sum(); math.Abs(sum-1) > wholeness {
		c.wrong(path, fmt.Sprintf("the shares come to %s, not to 100%%", percent(sum)), "let them come to 100%")
		return
	}
}

func (c *checker) single(path string, d *Draw, typ string, values []string) {
	text := (*d)[0].Name
	if typ == pathways.TypeBool && text != "true" && text != "false" {
		var yes Share
		if err := yes.UnmarshalText([]byte(text)); err != nil {
			c.wrong(path, fmt.Sprintf("%q is no share of yes", text), "write a percentage, like 15%")
			return
		}
		*d = Draw{{Name: "true", Share: yes}, {Name: "false", Share: 1 - yes}}
		return
	}
	if ok, help := fits(text, typ, values); !ok {
		c.wrong(path, fmt.Sprintf("%q is no value of it", text), help)
	}
}

// fits tells whether a text is a value of the type, else what to write.
func fits(text, typ string, values []string) (ok bool, help string) {
	switch typ {
	case pathways.TypeCode:
		return slices.Contains(values, text), pathways.Suggest(text, values)
	case pathways.TypeBool:
		return text == "true" || text == "false", "write true or false, or a percentage for yes"
	case pathways.TypeCodes:
		for _, code := range codesIn(text) {
			if name, _ := code.(string); !slices.Contains(values, name) {
				return false, pathways.Suggest(name, append([]string{"none"}, values...)) + "; join several with +"
			}
		}
		return true, ""
	}
	if drawn(typ, text) {
		return true, ""
	}
	_, err := pathways.Accept(typ, nil, typedText(typ, text))
	return err == nil, "write " + map[string]string{
		pathways.TypeInt: "a whole number", pathways.TypeNumber: "a number", pathways.TypeDate: "a date like 2026-01-05",
		pathways.TypeDateTime: "a time like 2026-01-05T09:00:00-05:00",
	}[typ]
}

// drawn tells whether a text is no value but a range or a length of time, from which one is drawn.
func drawn(typ, text string) bool {
	var err error
	switch typ {
	case pathways.TypeInt, pathways.TypeNumber:
		var amount Range
		err = amount.UnmarshalText([]byte(text))
	case pathways.TypeDate, pathways.TypeDateTime:
		var ahead Span
		err = ahead.UnmarshalText([]byte(text))
	default:
		return false
	}
	return err == nil
}

func (c *checker) staff() {
	if len(c.scenario.Staff) == 0 {
		c.wrong("", "it does not say who does the work", "write staff: {care_coordinator: {people: 2, hours: mon-fri 08:30-17:00}}")
		return
	}
	for _, s := range c.scenario.Staff {
		path := "staff." + s.Name
		if s.People <= 0 || s.People > maxPeople {
			c.wrong(path+".people", fmt.Sprintf("there must be people, at most %d", maxPeople), "write people: 1.5, or leave the role out where it has no work")
		}
		if s.Hours.week() == 0 {
			c.wrong(path+".hours", s.Name+" never works", "write hours: mon-fri 08:30-17:00")
		}
		if s.Share != nil && *s.Share < 0.01 {
			c.wrong(path+".share", "nothing of their time is for this pathway", "write share: 70%")
		}
		if s.Spread > 0.9 {
			c.wrong(path+".spread", "nobody is more than 90% slower than the others", "write spread: 20%")
		}
	}
	for _, role := range rolesOf(c.def) {
		if c.scenario.staffOf(role) == nil {
			c.wrong("staff", fmt.Sprintf("nobody works as %s, who owns %s", role, strings.Join(workOf(c.def, role), ", ")), fmt.Sprintf("write %s: {people: 1, hours: mon-fri 08:30-17:00}", role))
		}
	}
}

// rolesOf are the roles that own work, in the order of the steps.
func rolesOf(def *pathways.Definition) []string {
	var roles []string
	add := func(role string) {
		if role != "" && !slices.Contains(roles, role) {
			roles = append(roles, role)
		}
	}
	for i := range def.Steps {
		if worked(&def.Steps[i]) {
			add(def.OwnerOf(&def.Steps[i]))
		}
	}
	for _, l := range def.Ladders {
		for _, r := range l.Rungs {
			add(r.Reassign)
		}
	}
	return roles
}

// worked tells whether a step brings work for people.
func worked(s *pathways.Step) bool {
	switch s.Kind() {
	case pathways.KindMessage, pathways.KindWait, pathways.KindMilestone:
		return false
	}
	return true
}

func workOf(def *pathways.Definition, role string) []string {
	var steps []string
	for i := range def.Steps {
		if worked(&def.Steps[i]) && def.OwnerOf(&def.Steps[i]) == role {
			steps = append(steps, def.Steps[i].ID)
		}
	}
	if len(steps) == 0 {
		return []string{"what is passed on to them"}
	}
	return steps
}

// With sets what a caller wants otherwise than the scenario says: patients and days from 1 on, the
// seed from 0 on; other values leave the scenario's.
func (s *Scenario) With(patients, days, seed int) error {
	if patients > 0 {
		s.Patients = patients
	}
	if days > 0 {
		s.Days = days
	}
	if seed >= 0 {
		s.Seed = seed
	}
	if s.Patients > MaxPatients || s.Days > maxDays {
		return care.Errorf(care.Invalid, "a population has at most %d patients, each followed for at most %d days", MaxPatients, maxDays).At("patients")
	}
	return nil
}

// ParseWanted reads "95%", of all work, or "contact=95%", of one step's.
func ParseWanted(text string) (Wanted, error) {
	step, share, ofStep := strings.Cut(text, "=")
	if !ofStep {
		step, share = "", text
	}
	w := Wanted{Step: strings.TrimSpace(step)}
	if err := w.Share.UnmarshalText([]byte(share)); err != nil {
		return w, care.Errorf(care.Invalid, "%w, or contact=95%% for one step", err).At("on_time")
	}
	return w, nil
}
