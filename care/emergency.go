package care

import "strings"

// EmergencyWords are what patients are told to do in an emergency, by language (BCP 47). What it lacks is
// said as is usual in the United States.
type EmergencyWords map[string]string

// usualEmergency holds where 911 is the number, as it is in all states and territories.
var usualEmergency = EmergencyWords{
	"en": "If this is an emergency, call 911.",
	"es": "Si esto es una emergencia, llame al 911.",
}

// In gives the sentence in the language, "es" for "es-MX"; in English where there is none.
func (e EmergencyWords) In(language string) string {
	primary, _, _ := strings.Cut(strings.ToLower(language), "-")
	for _, said := range []string{e[language], e[primary], usualEmergency[primary], e["en"]} {
		if said != "" {
			return said
		}
	}
	return usualEmergency["en"]
}
