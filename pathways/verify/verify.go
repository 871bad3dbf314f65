package verify

import (
	"fmt"
	"slices"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// Limits bound an exploration. They count, and measure no time, so that the same definition gives
// the same answer on every machine.
type Limits struct {
	Turns   int    // turns of the engine in all
	States  int    // states that are kept
	Target  int    // turns spent on one step, end or outcome that was not met by the way
	Effects int    // effects of one turn
	Cost    uint64 // what the expressions of one turn may cost, in CEL's units
	PerDay  int    // messages, tasks and escalations on a day on which nobody acts
}

// DefaultLimits let a pathway of the library answer in under two seconds on one core.
var DefaultLimits = Limits{Turns: 6000, States: 5000, Target: 600, Effects: 2000, Cost: 2_000_000, PerDay: 60}

// usualSteps is how many steps a definition may have to be explored in all the turns that are
// allowed. Of a larger one each turn takes longer in proportion, and there are the fewer of them.
const usualSteps = 25

func (l Limits) of(d *pathways.Definition) Limits {
	l.Turns = l.Turns * usualSteps / max(usualSteps, len(d.Steps))
	return l
}

// Result is what an exploration found.
type Result struct {
	Launches int `json:"launches"` // that start the pathway and differ in what it asks
	States   int `json:"states"`   // that were told apart
	Turns    int `json:"turns"`    // of the engine
	// Complete is true where nothing was left out: what is not refuted holds for every course of
	// events that the exploration knows.
	Complete bool `json:"complete"`
	// Unexplored says what was left out, each a sentence.
	Unexplored []string `json:"unexplored,omitempty"`
	// Beyond says what lies beyond what the exploration knows, a sentence each: it is never empty.
	Beyond   []string  `json:"beyond"`
	Findings []Finding `json:"findings"`
}

// Problems gives the findings as the checker's problems, in the file's order.
func (r Result) Problems(file string) pathways.Problems {
	problems := make(pathways.Problems, len(r.Findings))
	for i, f := range r.Findings {
		problems[i] = f.Problem
		problems[i].File = file
	}
	return problems
}

// Refuted tells whether something keeps the definition from being published.
func (r Result) Refuted() bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Severity == pathways.SeverityError })
}

// Check explores a definition that pathways.Check found no error in. The error says that it could
// not be explored at all.
func Check(d *pathways.Definition, limits Limits) (Result, error) {
	program, err := pathways.Compile(d)
	if err != nil {
		return Result{}, fmt.Errorf("compiling %s: %w", d.Pathway, err)
	}
	c, err := newChecker(d, program, limits)
	if err != nil {
		return Result{}, err
	}
	c.run()
	return c.result(), nil
}

func newChecker(d *pathways.Definition, program *pathways.Program, limits Limits) (*checker, error) {
	c := &checker{def: d, asks: program.Asks(), limits: limits.of(d), met: map[string]bool{}}
	c.eng = engine.New(program.Metered(func(cost uint64) { c.cost += cost }))
	var err error
	if c.zone, err = time.LoadLocation(zoneName); err != nil {
		return nil, fmt.Errorf("loading the zone of the exploration: %w", err)
	}
	if c.start, err = time.Parse(time.RFC3339, firstMoment); err != nil {
		return nil, fmt.Errorf("reading when the exploration begins: %w", err)
	}
	c.start = c.start.UTC()
	return c, nil
}

// checker explores one definition.
type checker struct {
	def    *pathways.Definition
	eng    *engine.Engine
	asks   []pathways.Asked
	limits Limits
	zone   *time.Location
	start  time.Time

	launches []engine.Launch
	turns    int
	states   int
	cost     uint64          // of the present turn's expressions
	met      map[string]bool // targets; looked up, never ranged over
	notes    []string        // what was left out
	whole    *explorer
	findings []Finding
	serial   int
	meddled  int // states in which a person meddled

	launchesCut bool // not every launch was tried
}

func (c *checker) run() {
	var missed int
	c.launches, missed = launcher{c.def, c.eng, c.asks, c.start}.launches()
	if len(c.launches) == 0 {
		c.refute(Finding{Kind: NothingStarts, Problem: pathways.Problem{
			Path: "launch", Line: c.def.Launch.Line, Message: "no patient that was tried starts the pathway", Suggestion: "mend when and unless of the launch",
		}})
		return
	}
	if missed > 0 {
		c.launchesCut = true
		c.note(fmt.Sprintf("%d of %d combinations of what a launch may tell", missed, missed+maxLaunches))
	}
	c.alone()
	c.whole = c.explore(wholeView(c.def, c.asks), c.limits.Turns*2/3, byNovelty)
	c.targets()
	c.ways(c.whole)
	c.meddle(c.whole)
}

func (c *checker) note(text string) {
	if !slices.Contains(c.notes, text) {
		c.notes = append(c.notes, text)
	}
}

func (c *checker) result() Result {
	r := Result{Launches: len(c.launches), States: c.states, Turns: c.turns, Findings: c.sorted()}
	if x := c.whole; x != nil && len(x.queue) > 0 {
		c.note(fmt.Sprintf("%d states that were met were not followed further", len(x.queue)))
	}
	for _, n := range c.notes {
		r.Unexplored = append(r.Unexplored, leftOutInWords(n))
	}
	r.Complete = len(r.Unexplored) == 0
	r.Beyond = c.beyond()
	return r
}

func leftOutInWords(what string) string { return "Not explored: " + what + "." }

// took is what the engine made of an event.
type took struct {
	turn    engine.Turn
	refused bool // as not allowed here: no move
	broken  string
}

// advance lets the engine take a turn, and holds it to its bounds. A panic is caught: it is a
// finding, like an error that is no refusal.
func (c *checker) advance(s engine.State, a *Act) (t took) {
	c.turns++
	c.serial++
	a.Event.ID = fmt.Sprintf("explored-%d", c.serial)
	c.cost = 0
	defer func() {
		if p := recover(); p != nil {
			t = took{broken: "the engine broke down"}
		}
	}()
	turn, err := c.eng.Advance(s, a.Event, a.At)
	switch {
	case err == nil:
	case care.CodeOf(err) == care.Conflict, care.CodeOf(err) == care.Invalid, care.CodeOf(err) == care.NotFound:
		return took{refused: true}
	default:
		return took{broken: "the engine failed"}
	}
	c.observe(turn)
	switch {
	case len(turn.Effects) > c.limits.Effects:
		t.broken = fmt.Sprintf("one event leads to %d changes at once", len(turn.Effects))
	case c.cost > c.limits.Cost:
		t.broken = "one event asks conditions that cost too much"
	}
	t.turn = turn
	return t
}

// observe notes which steps, ends and outcomes a turn met.
func (c *checker) observe(turn engine.Turn) {
	for i := range turn.Effects {
		eff := &turn.Effects[i]
		switch {
		case eff.Step != nil && eff.Step.OpenedAt != nil:
			c.met[targetStep+eff.Step.Step] = true
			if eff.Step.Outcome != "" {
				c.met[targetOutcome+eff.Step.Step+"."+eff.Step.Outcome] = true
			}
		case eff.Timeline != nil && (eff.Timeline.Kind == "enrollment.ended" || eff.Timeline.Kind == "enrollment.suspended"):
			c.met[eff.Timeline.Cause.Rule] = true
		}
	}
}
