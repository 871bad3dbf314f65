package population

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// percent writes a share as people do: whole, but finer near none and all.
func percent(share float64) string {
	p := share * 100
	if p != math.Round(p) && (p > 99 || p < 1 && p > 0) {
		return fmt.Sprintf("%.1f%%", p)
	}
	return fmt.Sprintf("%.0f%%", p)
}

var smallNumbers = []string{"none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}

// oneIn writes a share as "one in six"; "none" and "all" are said as such.
func oneIn(share float64) string {
	switch {
	case share <= 0:
		return "none"
	case share >= 0.995:
		return "all"
	case share > 0.7:
		return percent(share)
	case share > 0.42:
		return "half"
	case share > 0.29:
		return "one in three"
	}
	n := int(math.Round(1 / share))
	if n < len(smallNumbers) {
		return "one in " + smallNumbers[n]
	}
	return fmt.Sprintf("one in %d", n)
}

// amount writes a number of people: 2, or 1.5.
func amount(people float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", people), ".0")
}

// inRole writes a role in the number of its people: "1.7 care coordinators", "1 nurse".
func inRole(people float64, role string) string {
	return amount(people) + " " + plural(people, strings.ReplaceAll(role, "_", " "))
}

func plural(n float64, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// concentrated gives the day of the week that most of the late ones were due on; ok is false where
// none stands out.
func concentrated(late, due [7]int) (time.Weekday, bool) {
	sum, most := 0, time.Sunday
	for d := time.Sunday; d <= time.Saturday; d++ {
		sum += late[d]
		if late[d] > late[most] {
			most = d
		}
	}
	dues := 0
	for _, n := range due {
		dues += n
	}
	const (
		few     = 5   // late ones, below which nothing is said
		outdone = 1.5 // times its part of what was due
	)
	if sum < few || dues == 0 {
		return most, false
	}
	part, expected := float64(late[most])/float64(sum), float64(due[most])/float64(dues)
	return most, part >= 0.35 && part >= outdone*expected
}

// sentence says what came of it in one sentence.
func (r *Report) sentence() string {
	onTime, judged := 0, 0
	worst := -1
	for i, d := range r.Deadlines {
		if d.Partner {
			continue
		}
		onTime, judged = onTime+d.OnTime, judged+d.judged()
		if d.Late > 0 && (worst < 0 || d.Late > r.Deadlines[worst].Late) {
			worst = i
		}
	}
	if judged == 0 {
		return fmt.Sprintf("Of %d patients none had a deadline that came.", r.Patients)
	}
	text := fmt.Sprintf("%s %s %s of the deadlines of %d patients", r.staffInWords(), r.keep(), percent(float64(onTime)/float64(judged)), r.Patients)
	if worst < 0 {
		return text + "; nothing is late."
	}
	d := r.Deadlines[worst]
	text += fmt.Sprintf("; most often late is %s, %s", strings.ReplaceAll(d.Step, "_", " "), oneIn(float64(d.Late)/float64(d.judged())))
	if day, ok := concentrated(d.LateByWeekday, d.DueByWeekday); ok {
		text += fmt.Sprintf(", mostly those due on %ss", day)
	}
	return text + "."
}

// staffInWords lists those who do the work: "2 care coordinators and 1 nurse".
func (r *Report) staffInWords() string {
	var parts []string
	for _, role := range r.Roles {
		if role.People > 0 && role.Opened > 0 {
			parts = append(parts, inRole(role.People, role.Role))
		}
	}
	switch n := len(parts); n {
	case 0:
		return "As many people as are wanted"
	case 1:
		return parts[0]
	default:
		return strings.Join(parts[:n-1], ", ") + " and " + parts[n-1]
	}
}

// keep is the verb for those who do the work.
func (r *Report) keep() string {
	n := 0.0
	for _, role := range r.Roles {
		if role.People > 0 && role.Opened > 0 {
			n += role.People
		}
	}
	if n == 1 {
		return "keeps"
	}
	return "keep"
}
