package pathways

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"throughline/care"
)

const typeStatuses = "statuses" // the type of "required": the statuses of the required steps

// Accept brings a value to the type of a fact or an answer: bool, int64, float64 or string; a
// code must be one of values. Dates are "2025-11-26" and date-times RFC 3339 in UTC, as text, so
// that what is accepted survives JSON. The error is care.Invalid and never repeats the value,
// which may be patient data.
func Accept(typ string, values []string, v any) (any, error) {
	accepted, ok := coerce(typ, v)
	if !ok {
		return nil, care.Errorf(care.Invalid, "%s is expected", typeInWords(typ))
	}
	switch x := accepted.(type) {
	case time.Time:
		return x.Format(time.RFC3339Nano), nil
	case string:
		if typ == TypeCode && !slices.Contains(values, x) {
			return nil, care.Errorf(care.Invalid, "one of %s is expected", strings.Join(values, ", "))
		}
	}
	return accepted, nil
}

// coerce brings a value, possibly from JSON, to the Go type that stands for the declared type.
func coerce(typ string, v any) (any, bool) {
	switch typ {
	case TypeBool:
		b, ok := v.(bool)
		return b, ok
	case TypeInt:
		return toInt(v)
	case TypeNumber:
		return toNumber(v)
	case TypeDate:
		return toDate(v)
	case TypeDateTime:
		return toInstant(v)
	case TypeString, TypeCode:
		return toText(v)
	case typeStatuses, TypeCodes:
		return toTexts(v)
	}
	return nil, false
}

func toInt(v any) (any, bool) {
	switch x := v.(type) {
	case int:
		return int64(x), true
	case int32:
		return int64(x), true
	case int64:
		return x, true
	case float64:
		const exact = 1 << 53 // beyond, a float64 no longer holds every whole number
		if x != math.Trunc(x) || math.Abs(x) > exact {
			return nil, false
		}
		return int64(x), true
	}
	return nil, false
}

func toNumber(v any) (any, bool) {
	switch x := v.(type) {
	case int:
		return float64(x), true
	case int64:
		return float64(x), true
	case float64:
		return x, !math.IsNaN(x) && !math.IsInf(x, 0)
	}
	return nil, false
}

func toDate(v any) (any, bool) {
	var s string
	switch x := v.(type) {
	case string:
		s = x
	case fmt.Stringer:
		if _, isTime := v.(time.Time); isTime {
			return nil, false // which day that is depends on a zone, and none is known here
		}
		s = x.String()
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return nil, false
	}
	return s, true
}

func toInstant(v any) (any, bool) {
	switch x := v.(type) {
	case time.Time:
		return x.UTC(), !x.IsZero()
	case *time.Time:
		if x == nil {
			return nil, false
		}
		return x.UTC(), !x.IsZero()
	case string:
		t, err := time.Parse(time.RFC3339, x)
		return t.UTC(), err == nil
	}
	return nil, false
}

func toText(v any) (any, bool) {
	switch x := v.(type) {
	case string:
		return x, true
	case care.StepStatus:
		return string(x), true
	case care.EncounterClass:
		return string(x), true
	case care.Disposition:
		return string(x), true
	}
	return nil, false
}

func toTexts(v any) (any, bool) {
	switch x := v.(type) {
	case []string:
		return x, true
	case []any: // as JSON gives it
		texts := make([]string, len(x))
		for i, item := range x {
			text, ok := item.(string)
			if !ok {
				return nil, false
			}
			texts[i] = text
		}
		return texts, true
	case []care.StepStatus:
		texts := make([]string, len(x))
		for i, s := range x {
			texts[i] = string(s)
		}
		return texts, true
	}
	return nil, false
}

// fromCEL gives the Go value of a result.
func fromCEL(v ref.Val) (any, error) {
	switch x := v.(type) {
	case types.Bool:
		return bool(x), nil
	case types.Int:
		return int64(x), nil
	case types.Double:
		return float64(x), nil
	case types.String:
		return string(x), nil
	case types.Timestamp:
		return x.UTC(), nil
	}
	if list, ok := v.(traits.Lister); ok {
		return textsFromCEL(list)
	}
	return nil, fmt.Errorf("the expression gives a %s, which no part of a pathway takes", v.Type().TypeName())
}

// textsFromCEL gives the texts of a list, as JSON would.
func textsFromCEL(list traits.Lister) (any, error) {
	var texts []any
	for it := list.Iterator(); it.HasNext() == types.True; {
		text, ok := it.Next().(types.String)
		if !ok {
			return nil, fmt.Errorf("the expression gives a list of other things than texts, which no part of a pathway takes")
		}
		texts = append(texts, string(text))
	}
	return texts, nil
}

// inWords writes a value for a person.
func inWords(v any) string {
	switch x := v.(type) {
	case bool:
		return strconv.FormatBool(x)
	case string:
		if x == "" {
			return "empty"
		}
		return x
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case time.Time:
		return x.Format("2006-01-02 15:04") + " UTC"
	case []string:
		if len(x) == 0 {
			return "empty"
		}
		return strings.Join(x, ", ")
	}
	return fmt.Sprint(v)
}

// typeInWords names a type for a person.
func typeInWords(typ string) string {
	switch typ {
	case TypeBool:
		return "yes or no (true or false)"
	case TypeInt:
		return "a whole number"
	case TypeNumber:
		return "a number"
	case TypeDate:
		return "a date like 2025-11-26"
	case TypeDateTime:
		return "a date and time like 2025-11-26T14:30:00-05:00"
	case TypeCode:
		return "one of its values"
	case TypeCodes:
		return "some of its values"
	}
	return "a text"
}
