package sop

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"throughline/pathways"
)

// Version is what a document is made of.
type Version struct {
	Definition *pathways.Definition
	// Status is draft, in_review, approved, published or retired; empty where it is not known, as
	// for a file.
	Status      string
	PublishedAt *time.Time
	// Organization names whose document it is; optional.
	Organization string
	Changes      []Change // the latest first
}

// Change is a line of the version's change log.
type Change struct {
	At   time.Time
	What string // "approved"
	Who  string
	Why  string
}

// document is a version in the order in which it is read.
type document struct {
	Title, Key, Status, Published, Organization string
	Version                                     int
	Digest                                      string
	InForce                                     bool
	Purpose                                     string
	Owner                                       string
	Sources, Claims, Languages                  []string

	Starts, OncePer, WhileActive string
	Excluded                     []exclusion
	Diagnoses                    []diagnoses
	Facts                        []fact
	Roles                        []role
	Sends                        []work // what goes out by itself
	Steps                        []step
	Tracks                       []track
	Ends, Nobody                 []string
	Changes                      []Change
	Levels                       []level
}

type exclusion struct{ When, Because string }

type diagnoses struct{ Title, Codes, Source string }

type fact struct{ Label, Kind, From string }

type track struct {
	Title, Opens string
	Steps        []string
}

func documentOf(v Version) document {
	d := v.Definition
	doc := document{
		Title: d.Title, Key: d.Pathway, Version: d.Version, Digest: pathways.Digest(d), Organization: v.Organization,
		Status: strings.ReplaceAll(v.Status, "_", " "), InForce: v.Status == "published" || v.Status == "",
		Purpose: oneLine(d.Summary), Owner: pathways.RoleInWords(d.Owner), Sources: d.Sources, Claims: d.ConformsTo,
		Starts: startsInWords(d), OncePer: onceInWords(d.Launch.OncePer), WhileActive: whileInWords(d),
		Roles: rolesOf(d), Sends: sendsOf(d), Steps: stepsOf(d), Nobody: nobodyActs(d), Changes: v.Changes, Levels: levelsOf(d),
	}
	if v.PublishedAt != nil {
		doc.Published = v.PublishedAt.UTC().Format("2 January 2006")
	}
	for _, tag := range languagesOf(d) {
		doc.Languages = append(doc.Languages, pathways.LanguageInWords(tag))
	}
	for _, x := range d.Launch.Unless {
		doc.Excluded = append(doc.Excluded, exclusion{upperFirst(d.ExpressionInWords(x.When)), oneLine(x.Because)})
	}
	for i := range d.ValueSets {
		doc.Diagnoses = append(doc.Diagnoses, diagnosesOf(&d.ValueSets[i]))
	}
	for i := range d.Facts {
		doc.Facts = append(doc.Facts, factOf(d, &d.Facts[i]))
	}
	for i := range d.Tracks {
		doc.Tracks = append(doc.Tracks, trackOf(d, &d.Tracks[i]))
	}
	for i := range d.Ends {
		doc.Ends = append(doc.Ends, sentence(d.EndInWords(&d.Ends[i])))
	}
	return doc
}

// diagnosesOf lists the codes of a set of diagnoses.
func diagnosesOf(v *pathways.ValueSet) diagnoses {
	in := func(lists []pathways.CodeList) string {
		var all []string
		for _, l := range lists {
			all = append(all, strings.ToUpper(l.Name)+" "+strings.Join(l.Codes, ", "))
		}
		return strings.Join(all, "; ")
	}
	codes := in(v.Codes)
	if len(v.Except) > 0 {
		codes += ", without " + in(v.Except)
	}
	return diagnoses{Title: v.Title, Codes: codes, Source: oneLine(v.Source)}
}

func languagesOf(d *pathways.Definition) []string {
	if len(d.Languages) > 0 {
		return d.Languages
	}
	return []string{"en"}
}

func startsInWords(d *pathways.Definition) string {
	text := "It starts when " + pathways.EventInWords(d.Launch.On)
	if d.Launch.When != "" {
		text += ", if " + d.ExpressionInWords(d.Launch.When)
	}
	text += "."
	if !d.Launch.Asked() {
		text += " A person can also start it by hand."
	}
	return text
}

func onceInWords(per string) string {
	switch per {
	case "encounter":
		return "One stay starts it once, however often it is reported."
	case "patient":
		return "It runs once for each patient."
	case "request":
		return "Each request starts one of its own."
	}
	return ""
}

func whileInWords(d *pathways.Definition) string {
	w := d.Launch.WhileActive
	if len(w.Pathways) == 0 {
		return ""
	}
	names := make([]string, 0, len(w.Pathways))
	for _, p := range w.Pathways {
		if p == d.Pathway {
			names = append(names, pathways.Quoted(d.Title))
			continue
		}
		names = append(names, pathways.Quoted(pathways.Plain(p)))
	}
	text := "While " + strings.Join(names, " or ") + " runs for the patient, "
	switch w.Policy {
	case pathways.PolicySupersede:
		return text + "a new start takes over and ends the one that runs."
	case pathways.PolicyJoin:
		return text + "nothing new starts; what runs is told."
	case pathways.PolicyRefuse:
		return text + "nothing new starts, and the reason is recorded."
	}
	return text + pathways.Plain(w.Policy) + "."
}

func factOf(d *pathways.Definition, f *pathways.Fact) fact {
	from := "given by a person"
	if f.From != "" {
		from = "taken from " + d.ValueInWords(f.From)
	}
	if f.Required {
		from += "; without it nothing starts"
	}
	if text, ok := f.Default.(string); ok && text != "" {
		from += "; where it is not known: " + pathways.Plain(text)
	}
	return fact{Label: upperFirst(d.NameInWords(f.Name)), Kind: answerInWords(pathways.Field{Type: f.Type, Values: f.Values}), From: from}
}

func trackOf(d *pathways.Definition, t *pathways.Track) track {
	title := t.Title
	if title == "" {
		title = upperFirst(pathways.Plain(t.Name))
	}
	out := track{Title: title, Opens: d.TrackOpensInWords(t)}
	for _, id := range t.Steps {
		if s := d.StepByID(id); s != nil {
			out.Steps = append(out.Steps, s.InWords())
		}
	}
	return out
}

// answerInWords says what kind of answer is expected.
func plainAll(codes []string) []string {
	out := make([]string, 0, len(codes))
	for _, c := range codes {
		out = append(out, pathways.Plain(c))
	}
	return out
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func upperFirst(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return strings.ToUpper(s[:size]) + s[size:]
}

func sentence(s string) string { return upperFirst(strings.TrimRight(s, ". ")) + "." }

// worked tells whether a person works at steps of the kind.
func worked(s *pathways.Step) bool {
	return !slices.Contains([]string{pathways.KindMessage, pathways.KindWait, pathways.KindMilestone}, s.Kind())
}
