package population

import (
	"math"
	"sync"

	"throughline/care"
	"throughline/pathways"
)

// Wanted is the share of deadlines that is to be kept: of one step, or of all work of every role.
type Wanted struct {
	Step  string
	Share Share
}

// finest is the smallest part of a person that is looked at, as a fraction: a tenth.
const finest = 10

// mostNeeded bounds the search, in people.
const mostNeeded = 200

// StaffFor finds how many people of each role it takes to keep the wanted share of their deadlines,
// in tenths of a person. For each role the others have as many people as are wanted, so that only its
// own number counts. Deadlines that services keep do not count. The runs share their seed: more
// people meet the same patients.
func StaffFor(def *pathways.Definition, s *Scenario, want Wanted) ([]Staffing, error) {
	roles, err := rolesFor(def, want)
	if err != nil {
		return nil, err
	}
	free, err := Run(def, s, Options{Unlimited: true})
	if err != nil {
		return nil, err
	}
	found := make([]Staffing, len(roles))
	errs := make([]error, len(roles))
	var searches sync.WaitGroup
	for i, role := range roles {
		searches.Go(func() {
			search := staffSearch{def: def, scenario: s, role: role, want: want, free: free}
			found[i], errs[i] = search.find()
		})
	}
	searches.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

func rolesFor(def *pathways.Definition, want Wanted) ([]string, error) {
	if want.Step == "" {
		return rolesOf(def), nil
	}
	step := def.StepByID(want.Step)
	if step == nil || !worked(step) {
		var steps []string
		for i := range def.Steps {
			if worked(&def.Steps[i]) {
				steps = append(steps, def.Steps[i].ID)
			}
		}
		return nil, care.Errorf(care.Invalid, "%q is no step with work for people (%s)", want.Step, pathways.Suggest(want.Step, steps)).At("on_time")
	}
	return []string{def.OwnerOf(step)}, nil
}

type staffSearch struct {
	def      *pathways.Definition
	scenario *Scenario
	role     string
	want     Wanted
	free     *Report
}

// find looks for the smallest number that is enough: first for one that is, by doubling, then in
// between.
func (f *staffSearch) find() (Staffing, error) {
	out := Staffing{Role: f.role, Step: f.want.Step, Target: float64(f.want.Share)}
	out.Limit, _ = f.kept(f.free)
	if out.Limit < out.Target {
		return out, nil
	}
	shares := map[int]float64{} // by tenths; looked up, never ranged over
	worst := map[int]string{}
	try := func(tenths int) (bool, error) {
		r, err := Run(f.def, f.scenario, Options{Unlimited: true, People: []Headcount{{Role: f.role, People: float64(tenths) / finest}}})
		if err != nil {
			return false, err
		}
		share, day := f.kept(r)
		shares[tenths], worst[tenths] = share, day
		return share >= out.Target, nil
	}
	low, high := 0, f.guess()
	for {
		ok, err := try(high)
		if err != nil {
			return out, err
		}
		if ok {
			break
		}
		if low = high; high >= mostNeeded*finest {
			return out, nil
		}
		high = min(2*high, mostNeeded*finest)
	}
	for high-low > 1 {
		middle := (low + high) / 2
		ok, err := try(middle)
		if err != nil {
			return out, err
		}
		if ok {
			high = middle
		} else {
			low = middle
		}
	}
	out.People, out.Share = float64(high)/finest, shares[high]
	fewer := max(high-2, 1)
	if _, known := shares[fewer]; !known {
		if _, err := try(fewer); err != nil {
			return out, err
		}
	}
	if fewer < high {
		out.Fewer, out.FewerShare, out.Worst = float64(fewer)/finest, shares[fewer], worst[fewer]
	}
	return out, nil
}

// guess is where the search begins: the people that the work alone would fill.
func (f *staffSearch) guess() int {
	for _, role := range f.free.Roles {
		staff := f.scenario.staffOf(f.role)
		if role.Role != f.role || staff == nil || role.Workdays == 0 {
			continue
		}
		share := 1.0
		if staff.Share != nil {
			share = float64(*staff.Share)
		}
		aDay := float64(staff.Hours.week()) / 60 / 5 * share
		return max(1, int(math.Ceil(role.MinutesPerDay.Mean/aDay*finest)))
	}
	return finest
}

// kept gives the share of the deadlines in question that a run kept, and the weekday that most of
// the late ones were due on, where one stands out.
func (f *staffSearch) kept(r *Report) (share float64, worst string) {
	onTime, judged := 0, 0
	var late, due [7]int
	for _, d := range r.Deadlines {
		if d.Partner || d.Role != f.role || f.want.Step != "" && (d.Step != f.want.Step) {
			continue
		}
		onTime, judged = onTime+d.OnTime, judged+d.judged()
		for day := range late {
			late[day] += d.LateByWeekday[day]
			due[day] += d.DueByWeekday[day]
		}
	}
	if judged == 0 {
		return 1, ""
	}
	if day, ok := concentrated(late, due); ok {
		worst = day.String()
	}
	return round(float64(onTime) / float64(judged)), worst
}
