package compare

import (
	"cmp"
	"slices"

	"throughline/pathways"
)

// Kind says what a difference is about. The kinds stand in the order in which differences are told.
type Kind string

// The kinds of difference.
const (
	Clock     Kind = "clock"     // by when
	Ladder    Kind = "ladder"    // what happens as time runs out
	Owner     Kind = "owner"     // who
	Step      Kind = "step"      // what is done: steps added, removed, renamed, and what they are
	Order     Kind = "order"     // what comes after what
	Condition Kind = "condition" // when, and when not
	Form      Kind = "form"      // what is asked
	Message   Kind = "message"   // what patients and others are sent
	End       Kind = "end"       // how it ends
	Launch    Kind = "launch"    // for whom it starts
	Claim     Kind = "claim"     // what it is held to
	Fact      Kind = "fact"      // what it may ask
	Language  Kind = "language"  // in which languages
	Other     Kind = "other"     // what the comparison has no words of its own for
	Text      Kind = "text"      // titles, instructions, sources
)

// Kinds are all of them, in the order in which differences are told.
var Kinds = []Kind{Clock, Ladder, Owner, Step, Order, Condition, Form, Message, End, Launch, Claim, Fact, Language, Other, Text}

// Severity says how much a difference can matter to a patient.
type Severity string

// The severities.
const (
	// Care: the pathway may act otherwise. What a patient gets, when, or from whom may change.
	Care Severity = "care"
	// Wording: the pathway acts exactly as before; people read other words.
	Wording Severity = "wording"
)

// Change says how something differs.
type Change string

// The changes.
const (
	Added   Change = "added"
	Removed Change = "removed"
	Changed Change = "changed"
	Renamed Change = "renamed"
	Moved   Change = "moved" // the same things in another order
)

// Difference is one thing that the two versions say differently.
type Difference struct {
	Kind     Kind     `json:"kind" enum:"clock,ladder,owner,step,order,condition,form,message,end,launch,claim,fact,language,other,text"`
	Change   Change   `json:"change" enum:"added,removed,changed,renamed,moved"`
	Severity Severity `json:"severity" enum:"care,wording" doc:"care: what a patient gets, when or from whom may change. wording: the pathway acts as before"`
	Path     string   `json:"path" doc:"Where it is, clocks.contact.within"`
	Sentence string   `json:"sentence" doc:"What differs, in words"`
	From     string   `json:"from,omitempty" doc:"What the first version says, in words; absent where it says nothing"`
	To       string   `json:"to,omitempty" doc:"What the second version says"`
	FromLine int      `json:"from_line,omitempty" doc:"Its line in the first version's file"`
	ToLine   int      `json:"to_line,omitempty" doc:"Its line in the second version's file"`
	Words    []Edit   `json:"words,omitempty" doc:"Of a text: which words went and which came"`
	// Guess marks a rename: the files only show that one step went and an equal one came.
	Guess bool `json:"guess,omitempty" doc:"It is a guess: one step went, and one came that is equal but for its id"`
}

// Version names one of the two: of a pathway, or of a part.
type Version struct {
	Pathway string `json:"pathway,omitempty"`
	Part    string `json:"part,omitempty"`
	Version int    `json:"version"`
	Title   string `json:"title"`
	Digest  string `json:"digest"`
}

// Comparison is all that differs between two versions.
type Comparison struct {
	From        Version      `json:"from"`
	To          Version      `json:"to"`
	Differences []Difference `json:"differences" nullable:"false" doc:"By what a clinician cares about: clocks, ladders, owners, steps and so on; in each, what may change care first"`
}

// Care counts the differences that may change what a patient gets.
func (c Comparison) Care() int {
	n := 0
	for _, d := range c.Differences {
		if d.Severity == Care {
			n++
		}
	}
	return n
}

// Versions compares two definitions. Their version numbers and the lines of their files are no
// differences. Comparing the other way round gives the same differences, turned around.
func Versions(from, to *pathways.Definition) Comparison {
	return Comparison{From: version(from), To: version(to), Differences: differences(from, to, treeOf(from), treeOf(to))}
}

// Parts compares two versions of a reusable part as Versions does those of a pathway.
func Parts(from, to *pathways.Part) Comparison {
	return Comparison{From: versionOfPart(from), To: versionOfPart(to), Differences: differences(asPathway(from), asPathway(to), treeOf(from), treeOf(to))}
}

// asPathway gives what a part holds as a pathway would have it, to read its words out.
func asPathway(p *pathways.Part) *pathways.Definition {
	return &pathways.Definition{
		Title: p.Title, ValueSets: p.ValueSets, Clocks: p.Clocks, Ladders: p.Ladders, Forms: p.Forms, Templates: p.Templates, Steps: p.Steps,
	}
}

// differences are those between two trees, which the definitions read out.
func differences(from, to *pathways.Definition, a, b *node) []Difference {
	w := &walk{from: from, to: to}
	w.guessRenames(a, b)
	w.object(place{}, a, b)
	slices.SortStableFunc(w.found, func(x, y Difference) int {
		return cmp.Or(
			cmp.Compare(slices.Index(Kinds, x.Kind), slices.Index(Kinds, y.Kind)),
			cmp.Compare(x.Severity, y.Severity), // care comes before wording
		)
	})
	return w.found
}

func version(d *pathways.Definition) Version {
	return Version{Pathway: d.Pathway, Version: d.Version, Title: d.Title, Digest: pathways.Digest(d)}
}

func versionOfPart(p *pathways.Part) Version {
	return Version{Part: p.Part, Version: p.Version, Title: p.Title, Digest: pathways.PartDigest(p)}
}
