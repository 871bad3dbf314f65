package pathways

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"throughline/care"
)

// units are the units of an amount of time, as they are written after more than one.
var units = []string{"business days", "days", "weeks", "hours", "minutes"}

// otherUnits are what units are called elsewhere.
var otherUnits = map[string]string{
	"d": "days", "w": "weeks", "wk": "weeks", "wks": "weeks", "h": "hours", "hr": "hours", "hrs": "hours",
	"m": "minutes", "min": "minutes", "mins": "minutes", "calendar days": "days", "bd": "business days",
	"working days": "business days", "work days": "business days", "workdays": "business days", "weekdays": "business days",
	"businessdays": "business days", "business": "business days",
}

// numberWords are the numbers that people write out.
var numberWords = []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}

// amountParts splits "48h" and "two weeks" into the number and the unit.
var amountParts = regexp.MustCompile(`^(\d+|[a-z]+)[\s-]*([a-z][a-z -]*)?$`)

// amountMeant reads an amount of time that is not written as one; empty where it is not clear what
// was meant.
func amountMeant(text string) string {
	m := amountParts.FindStringSubmatch(strings.ToLower(strings.TrimSpace(text)))
	if m == nil {
		return ""
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		n = slices.Index(numberWords, m[1])
	}
	unit := unitMeant(strings.Join(strings.Fields(strings.ReplaceAll(m[2], "-", " ")), " "))
	if n < 1 || unit == "" {
		return ""
	}
	if unit == "months" { // which differ in length
		n, unit = 30*n, "days"
	}
	amount, err := care.ParseOffset(fmt.Sprintf("%d %s", n, unit))
	if err != nil {
		return ""
	}
	if unit == "weeks" { // an Offset keeps them in days
		return strings.TrimSuffix(fmt.Sprintf("%d %s", n, unit), pluralOf(n))
	}
	return amount.String()
}

// pluralOf is the letter that a unit does not have after one.
func pluralOf(n int) string {
	if n == 1 {
		return "s"
	}
	return ""
}

func unitMeant(word string) string {
	for _, as := range []string{word, word + "s"} {
		switch {
		case as == "months", slices.Contains(units, as):
			return as
		case otherUnits[as] != "":
			return otherUnits[as]
		}
	}
	if len(word) < 3 {
		return ""
	}
	return nearest(word, units)
}

// amountInstead says how an amount of time is written.
func amountInstead(text string) string {
	if meant := amountMeant(text); meant != "" {
		return fmt.Sprintf("write %q", meant)
	}
	if n, err := strconv.Atoi(strings.TrimSpace(text)); err == nil && n > 0 {
		return fmt.Sprintf(`write the unit too, like "%d days" or "%d business days"`, n, n)
	}
	return ""
}

// unreadableAmount gives the message and the suggestion about a text that is no amount of time.
func unreadableAmount(text string, err error) (message, instead string) {
	instead = amountInstead(text)
	switch {
	case instead == "":
		return err.Error(), ""
	case strings.Contains(text, "month"):
		return fmt.Sprintf("%q is not an amount of time: months differ in length", text), instead
	}
	return fmt.Sprintf("%q is not an amount of time", text), instead
}

// beside splits a moment into its amount of time and what that is told from.
var beside = regexp.MustCompile(`^\s*(.+?)\s+(before|after)\s+([a-z][a-z0-9_.]*)\s*$`)

// unreadableMoment gives the message and the suggestion about a text that is no moment.
func unreadableMoment(text string, err error) (message, instead string) {
	m := beside.FindStringSubmatch(text)
	if m == nil {
		return err.Error(), ""
	}
	if meant := amountMeant(m[1]); meant != "" {
		return fmt.Sprintf("in the moment %q, %q is not an amount of time", text, m[1]), fmt.Sprintf("write %q", meant+" "+m[2]+" "+m[3])
	}
	return err.Error(), ""
}
