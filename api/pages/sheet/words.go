package sheet

import (
	"fmt"
	"strings"

	"throughline/pathways"
)

// words are what a sheet itself says.
type words struct {
	yes, no                                                                       string
	choose, chooseSome, fillIn, writeNumber, whole, number, date, moment, tooLong string

	atLeast, atMost, between, alone string // with what fits in
}

// Languages are those that a sheet speaks. Who reads another is spoken to in English.
var Languages = []string{"en", "es"}

var spoken = map[string]words{
	"en": {
		yes: "Yes", no: "No",
		choose: "Choose one of the answers.", chooseSome: "Choose at least one answer.", fillIn: "Write an answer.",
		writeNumber: "Write a number.",
		whole:       "Write a whole number in digits, like 12.", number: "Write a number in digits, like 98.6.",
		date: "Write a date like 2026-03-09.", moment: "Write a day and a time like 2026-03-09 14:30.",
		tooLong: "This is too long: write at most 2,000 characters, about a page.",
		atLeast: "Write a number that is %s or more.", atMost: "Write a number that is %s or less.", between: "Write a number from %s to %s.",
		alone: "You chose %s and other answers too. Choose only one of the two.",
	},
	"es": {
		yes: "Sí", no: "No",
		choose: "Elija una de las respuestas.", chooseSome: "Elija al menos una respuesta.", fillIn: "Escriba una respuesta.",
		writeNumber: "Escriba un número.",
		whole:       "Escriba un número entero en cifras, como 12.", number: "Escriba un número en cifras, como 98.6.",
		date: "Escriba una fecha como 2026-03-09.", moment: "Escriba un día y una hora como 2026-03-09 14:30.",
		tooLong: "Es demasiado largo: escriba 2000 caracteres como máximo, más o menos una página.",
		atLeast: "Escriba un número que sea %s o más.", atMost: "Escriba un número que sea %s o menos.", between: "Escriba un número de %s a %s.",
		alone: "Eligió %s y también otras respuestas. Elija solo lo uno o lo otro.",
	},
}

func wordsIn(language string) words {
	if w, ok := spoken[primary(language)]; ok {
		return w
	}
	return spoken["en"]
}

// missing says that a question needs an answer.
func (w words) missing(typ string) string {
	switch typ {
	case pathways.TypeBool, pathways.TypeCode:
		return w.choose
	case pathways.TypeInt, pathways.TypeNumber:
		return w.writeNumber
	case pathways.TypeDate:
		return w.date
	case pathways.TypeDateTime:
		return w.moment
	}
	return w.fillIn
}

// beyond says what is wrong with an answer that breaks its question's limits; empty where none does.
func (w words) beyond(f pathways.Field, answer any, language string) string {
	switch f.Breach(answer) {
	case pathways.NotAlone:
		return fmt.Sprintf(w.alone, strings.Join(f.ExclusiveIn(language), ", "))
	case pathways.TooLow, pathways.TooHigh:
		return w.limits(f)
	}
	return ""
}

func (w words) limits(f pathways.Field) string {
	switch {
	case f.Min != nil && f.Max != nil:
		return fmt.Sprintf(w.between, pathways.NumberInWords(*f.Min), pathways.NumberInWords(*f.Max))
	case f.Min != nil:
		return fmt.Sprintf(w.atLeast, pathways.NumberInWords(*f.Min))
	}
	return fmt.Sprintf(w.atMost, pathways.NumberInWords(*f.Max))
}

func primary(language string) string {
	head, _, _ := strings.Cut(language, "-")
	return strings.ToLower(head)
}

func isEnglish(language string) bool { return primary(language) == "en" }
