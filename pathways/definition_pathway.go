package pathways

// SubPathway starts another pathway for the same patient, by the same rules as every launch.
type SubPathway struct {
	Start string `yaml:"start" json:"start"` // the key of the pathway; its latest published version
	// With gives the facts that it starts with, each by an expression; need is the need it is for.
	With []Given `yaml:"with,omitempty" json:"with,omitempty"`
	// Wait keeps the step open until the other pathway has ended, for Within at most.
	Wait   bool   `yaml:"wait,omitempty" json:"wait,omitempty"`
	Within string `yaml:"within,omitempty" json:"within,omitempty"` // an offset from the opening
	// EndsWithParent withdraws the other pathway when this one ends. Else it goes on by itself.
	EndsWithParent bool `yaml:"ends_with_parent,omitempty" json:"ends_with_parent,omitempty"`
}

// Given is a fact that another pathway is given, with the expression that gives it.
type Given struct {
	Name string `yaml:"-" json:"name"`
	From string `yaml:"-" json:"from"`
	Line int    `yaml:"-" json:"line,omitempty"`
}

// GivenNeed is the name under which another pathway is given the need that it is for.
const GivenNeed = "need"

// PathwayFacts are what may be asked of a step that starts another pathway.
var PathwayFacts = []Fact{
	{Name: "started", Type: TypeBool},
	{Name: "ended_as", Type: TypeString}, // the other pathway's named end
}

// How two pathways relate.
const (
	Overlaps = "overlaps" // both may run: said, so that it is no oversight
	Excludes = "excludes" // neither starts while the other runs
	Follows  = "follows"  // this one starts when the other ends
)

var relationKinds = []string{Overlaps, Excludes, Follows}

// Relation says how the pathway relates to another one (FHIR RequestOrchestration's relatedAction,
// between whole plans).
type Relation struct {
	Pathway string `yaml:"pathway" json:"pathway"`
	Is      string `yaml:"is" json:"is"`
	// Because is the sentence that is recorded where a launch is refused.
	Because string `yaml:"because,omitempty" json:"because,omitempty"`
	Line    int    `yaml:"-" json:"line,omitempty"`
}

// EnrollmentEnded is the event that launches a pathway which follows another one.
const EnrollmentEnded = "enrollment.ended"

// launchEvent is what an enrollment's end tells the pathways that follow it.
var launchEvent = EventKind{Name: EnrollmentEnded, Attributes: []Fact{
	{Name: "pathway", Type: TypeString}, {Name: "outcome", Type: TypeString}, {Name: "ended_at", Type: TypeDateTime},
}}

// Following lists the pathways whose end launches this one.
func (d *Definition) Following() []string { return d.related(Follows) }

// Excluded lists the pathways beside which this one does not start.
func (d *Definition) Excluded() []string { return d.related(Excludes) }

func (d *Definition) related(is string) []string {
	var keys []string
	for _, r := range d.Relations {
		if r.Is == is {
			keys = append(keys, r.Pathway)
		}
	}
	return keys
}

// Exclusion gives the relation by which the pathway does not start while the other runs; nil where
// there is none.
func (d *Definition) Exclusion(other string) *Relation {
	for i := range d.Relations {
		if r := &d.Relations[i]; r.Is == Excludes && r.Pathway == other {
			return r
		}
	}
	return nil
}
