package sheet

import (
	"strings"

	"throughline/pathways"
)

// words are what a sheet itself says.
type words struct {
	yes, no                                                                       string
	choose, chooseSome, fillIn, writeNumber, whole, number, date, moment, tooLong string
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
	},
	"es": {
		yes: "Sí", no: "No",
		choose: "Elija una de las respuestas.", chooseSome: "Elija al menos una respuesta.", fillIn: "Escriba una respuesta.",
		writeNumber: "Escriba un número.",
		whole:       "Escriba un número entero en cifras, como 12.", number: "Escriba un número en cifras, como 98.6.",
		date: "Escriba una fecha como 2026-03-09.", moment: "Escriba un día y una hora como 2026-03-09 14:30.",
		tooLong: "Es demasiado largo: escriba 2000 caracteres como máximo, más o menos una página.",
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

func primary(language string) string {
	head, _, _ := strings.Cut(language, "-")
	return strings.ToLower(head)
}

func isEnglish(language string) bool { return primary(language) == "en" }
