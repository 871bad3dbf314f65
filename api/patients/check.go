package patients

import (
	"net/mail"
	"time"

	"golang.org/x/text/language"

	"throughline/care"
)

// check refuses what could be stored and not be used. What it says quotes nothing.
func check(p *care.Patient) error {
	if _, err := time.LoadLocation(p.Zone); err != nil {
		return care.Errorf(care.Invalid, "the time zone is not known: give an IANA name such as America/New_York").At("zone")
	}
	if _, err := language.Parse(p.Language); p.Language != "" && err != nil {
		return care.Errorf(care.Invalid, "the language is not known: give a BCP 47 tag such as en or es-MX").At("language")
	}
	for _, i := range p.Identifiers {
		if i.System == "" || i.Value == "" {
			return care.Errorf(care.Invalid, "an identifier needs a system and a value").At("identifiers")
		}
	}
	for _, t := range p.Telecoms {
		if parsed, err := mail.ParseAddress(t.Value); t.System == "email" && (err != nil || parsed.Address != t.Value) {
			return care.Errorf(care.Invalid, "an e-mail address cannot be written to").At("telecoms")
		}
	}
	return nil
}
