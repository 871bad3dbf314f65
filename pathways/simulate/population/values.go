package population

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Share is a part of a whole, from 0 to 1. It is written "85%" or "0.85".
type Share float64

// UnmarshalText reads a share.
func (s *Share) UnmarshalText(text []byte) error {
	number, percent := strings.CutSuffix(strings.TrimSpace(string(text)), "%")
	v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if percent {
		v /= 100
	}
	if err != nil || math.IsNaN(v) || v < 0 || v > 1 {
		return fmt.Errorf("%q is no share: write a percentage from 0%% to 100%%, like 85%%", text)
	}
	*s = Share(v)
	return nil
}

// Number is an amount that need not be whole, such as 1.5 people.
type Number float64

// UnmarshalText reads a number.
func (n *Number) UnmarshalText(text []byte) error {
	v, err := strconv.ParseFloat(strings.TrimSpace(string(text)), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
		return fmt.Errorf("%q is no number: write one from 0 on, like 1.5", text)
	}
	*n = Number(v)
	return nil
}

// Span is a length of time between two bounds, each as likely as any other in between. It is
// written "15 minutes", "2 to 30 hours" or "3 to 12 days". A day has 24 hours.
type Span struct {
	From, To time.Duration
	set      bool
}

// UnmarshalText reads a span.
func (s *Span) UnmarshalText(text []byte) error {
	wrong := fmt.Errorf(`%q is no length of time: write "15 minutes", "2 to 30 hours" or "3 to 12 days"`, text)
	words := strings.Fields(strings.ToLower(string(text)))
	if len(words) != 2 && (len(words) != 4 || words[1] != "to") {
		return wrong
	}
	unit := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[strings.TrimSuffix(words[len(words)-1], "s")]
	from, err := strconv.ParseFloat(words[0], 64)
	to, errTo := strconv.ParseFloat(words[len(words)-2], 64)
	const longest = 366 * 24 * time.Hour
	if err != nil || errTo != nil || unit == 0 || from < 0 || to < from || to*float64(unit) > float64(longest) {
		return wrong
	}
	*s = Span{From: time.Duration(from * float64(unit)), To: time.Duration(to * float64(unit)), set: true}
	return nil
}

// or gives the span, or another one where none was written.
func (s Span) or(other Span) Span {
	if s.set {
		return s
	}
	return other
}

// at gives the length for a roll, in whole seconds.
func (s Span) at(roll float64) int64 {
	return int64(math.Round((float64(s.From) + roll*float64(s.To-s.From)) / float64(time.Second)))
}

func minutes(from, to int) Span {
	return Span{From: time.Duration(from) * time.Minute, To: time.Duration(to) * time.Minute, set: true}
}

// Range is an amount between two bounds, each as likely as any other in between. It is written "180"
// or "-1.5 to 1.5".
type Range struct{ From, To float64 }

// UnmarshalText reads a range.
func (r *Range) UnmarshalText(text []byte) error {
	from, to, two := strings.Cut(strings.TrimSpace(string(text)), " to ")
	if !two {
		to = from
	}
	low, err := strconv.ParseFloat(strings.TrimSpace(from), 64)
	high, errTo := strconv.ParseFloat(strings.TrimSpace(to), 64)
	const most = 1e9
	if err != nil || errTo != nil || !(low <= high) || low < -most || high > most {
		return fmt.Errorf(`%q is no amount: write "180", or "150 to 240" for one in between`, text)
	}
	*r = Range{From: low, To: high}
	return nil
}

// at gives the amount for a roll.
func (r Range) at(roll float64) float64 { return r.From + roll*(r.To-r.From) }

// Option is one of the values of a Draw, with its part of the whole.
type Option struct {
	Name  string `yaml:"-"`
	Share Share  `whole:"yes"`
	Line  int    `yaml:"-"`
}

// Draw is a value that differs from patient to patient: one value for all ("none"), a share of yes
// ("15%", for what is yes or no), or values with their shares ({better: 60%, worse: 40%}).
type Draw []Option

// UnmarshalText reads a single value. What it means is known with the type of what it is for.
func (d *Draw) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		return errors.New("a value is missing")
	}
	*d = Draw{{Name: string(text), Share: 1}}
	return nil
}

// pick gives the value for a roll.
func (d Draw) pick(roll float64) string {
	sum := 0.0
	for _, o := range d {
		sum += float64(o.Share)
		if roll < sum {
			return o.Name
		}
	}
	if len(d) == 0 {
		return ""
	}
	return d[len(d)-1].Name
}

// sum is what the shares come to.
func (d Draw) sum() float64 {
	sum := 0.0
	for _, o := range d {
		sum += float64(o.Share)
	}
	return sum
}
