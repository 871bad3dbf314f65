package questionnaire

import (
	"encoding/json"
	"strconv"
	"strings"

	"throughline/pathways"
)

// The operators of enableWhen that need a name here; the others are written alike there and here.
const (
	operatorEquals    = "="
	operatorNotEquals = "!="
)

// enable says after which answers a question is asked; where enableWhen cannot say it, in an extension.
func (w writer) enable(it *item, f pathways.Field) {
	if f.When == "" {
		return
	}
	conditions, anyOne, ok := w.form.EnabledWhen(f)
	if !ok {
		it.Extension = append(it.Extension, extension{URL: extWhen, ValueString: f.When})
		return
	}
	for _, c := range conditions {
		it.EnableWhen = append(it.EnableWhen, w.comparison(c))
	}
	if len(conditions) > 1 {
		it.EnableBehavior = behaviorAll
		if anyOne {
			it.EnableBehavior = behaviorAny
		}
	}
}

func (w writer) comparison(c pathways.EnableWhen) enableWhen {
	e := enableWhen{Question: linkOf(*c.Question), Operator: c.Operator}
	decimal := func(text string) { n := json.Number(text); e.AnswerDecimal = &n }
	switch v := c.Value.(type) {
	case bool:
		e.AnswerBoolean = &v
	case int64:
		if c.Question.Type == pathways.TypeNumber {
			decimal(strconv.FormatInt(v, 10))
			break
		}
		e.AnswerInteger = &v
	case float64:
		decimal(pathways.NumberInWords(v))
	case string:
		if c.Question.Type == pathways.TypeDate {
			e.AnswerDate = v
			break
		}
		code := w.code(*c.Question, v)
		e.AnswerCoding = &code
	}
	return e
}

// condition reads what enableWhen says, as conditions are written here. The questions are those before
// it, by linkId. What it cannot say is told by ok.
func condition(all []enableWhen, behavior string, before map[string]pathways.Field) (text string, ok bool) {
	between := " && "
	if behavior == behaviorAny {
		between = " || "
	}
	parts := make([]string, len(all))
	for i, e := range all {
		f, known := before[e.Question]
		if !known {
			return "", false
		}
		if parts[i], ok = atom(f, e); !ok {
			return "", false
		}
	}
	return strings.Join(parts, between), true
}

func atom(f pathways.Field, e enableWhen) (string, bool) {
	answer := "answer." + f.ID
	operator := e.Operator
	switch {
	case e.AnswerBoolean != nil && f.Type == pathways.TypeBool:
		yes := *e.AnswerBoolean == (operator == operatorEquals)
		if operator != operatorEquals && operator != operatorNotEquals {
			return "", false
		}
		if yes {
			return answer, true
		}
		return "!" + answer, true
	case e.AnswerCoding != nil:
		return coded(f, answer, operator, e.AnswerCoding)
	case e.AnswerInteger != nil && (f.Type == pathways.TypeInt || f.Type == pathways.TypeNumber):
		number := strconv.FormatInt(*e.AnswerInteger, 10)
		if f.Type == pathways.TypeNumber {
			number += ".0"
		}
		return compare(answer, operator, number)
	case e.AnswerDate != "" && f.Type == pathways.TypeDate:
		return compare(answer, operator, strconv.Quote(e.AnswerDate))
	case e.AnswerDecimal != nil && f.Type == pathways.TypeNumber:
		number := e.AnswerDecimal.String()
		if !strings.Contains(number, ".") {
			number += ".0"
		}
		return compare(answer, operator, number)
	}
	return "", false
}

// coded compares with one of the question's values.
func coded(f pathways.Field, answer, operator string, c *coding) (string, bool) {
	value, known := valueFor(f, c.Code)
	if !known {
		return "", false
	}
	switch {
	case f.Type == pathways.TypeCodes && operator == operatorEquals:
		return strconv.Quote(value) + " in " + answer, true
	case f.Type == pathways.TypeCode && (operator == operatorEquals || operator == operatorNotEquals):
		return compare(answer, operator, strconv.Quote(value))
	}
	return "", false
}

func valueFor(f pathways.Field, code string) (string, bool) {
	for i, v := range f.Values {
		if v == code || i < len(f.Codes) && f.Codes[i] == code {
			return v, true
		}
	}
	return "", false
}

func compare(answer, operator, value string) (string, bool) {
	switch operator {
	case operatorEquals:
		operator = "=="
	case operatorNotEquals, ">", "<", ">=", "<=":
	default:
		return "", false // exists: what was not answered is not known here, and settles nothing
	}
	return answer + " " + operator + " " + value, true
}
