package hl7v2

import (
	"strings"

	"golang.org/x/text/language"

	"throughline/care"
)

// patient reads PID. It is nil where the message has none.
func (r *reading) patient(pid Segment) *care.Patient {
	if !pid.Present() {
		return nil
	}
	p := &care.Patient{
		Identifiers: patientIdentifiers(r.msg, pid, r.opt),
		BirthDate:   r.birthDate(pid),
		Sex:         sexes[strings.ToUpper(pid.Field(8).String())],
		Language:    languageOf(pid.Field(15)),
		Address:     address(pid.Field(11)),
		Telecoms:    telecoms(pid),
	}
	p.FamilyName, p.GivenName = name(pid.Field(5))
	r.death(pid, p)
	r.clearings(pid)
	return p
}

// sexes are HL7 table 0001 in FHIR's words.
var sexes = map[string]string{"F": "female", "M": "male", "O": "other", "A": "other", "N": "other", "X": "other", "U": "unknown"}

// name takes the legal name (type L), else the first one.
func name(f Field) (family, given string) {
	reps := f.Reps()
	if len(reps) == 0 {
		return "", ""
	}
	chosen := reps[0]
	for _, rep := range reps {
		if rep.Component(7).String() == "L" && rep.Component(1).String() != "" {
			chosen = rep
			break
		}
	}
	return chosen.Component(1).String(), chosen.Component(2).String()
}

func (r *reading) birthDate(pid Segment) string {
	text := pid.Field(7).String()
	if text == "" {
		return ""
	}
	date, err := dateOf(text)
	if err != nil {
		r.warnf("PID-7 is %v: left out", err)
	}
	return date
}

// address takes the home address, else the first that is neither bad nor empty.
func address(f Field) *care.Address {
	var chosen *care.Address
	for _, rep := range f.Reps() {
		kind := strings.ToUpper(rep.Component(7).String())
		a := care.Address{
			Line:       streetLine(rep),
			City:       rep.Component(3).String(),
			State:      rep.Component(4).String(),
			PostalCode: rep.Component(5).String(),
			Country:    rep.Component(6).String(),
		}
		if kind == "BA" || a == (care.Address{}) {
			continue
		}
		if kind == "H" {
			return &a
		}
		if chosen == nil {
			chosen = &a
		}
	}
	return chosen
}

// streetLine joins street and other designation; a street that was taken apart into number and
// name (SAD.3 and SAD.2) is put together again.
func streetLine(rep Repetition) string {
	street := rep.Component(1)
	line := street.Sub(1)
	if name := street.Sub(2); name != "" && !strings.Contains(line, name) {
		line = strings.TrimSpace(line + " " + name)
	}
	return strings.Trim(line+", "+rep.Component(2).String(), ", ")
}

// telecoms reads home and business numbers (PID-13, PID-14) and, since 2.7, PID-40.
func telecoms(pid Segment) []care.Telecom {
	var found []care.Telecom
	for _, f := range []struct {
		field int
		use   string
	}{{13, "home"}, {14, "work"}, {40, ""}} {
		for _, rep := range bounded(pid.Field(f.field)) {
			for _, t := range telecom(rep, f.use) {
				if !reaches(found, t) {
					found = append(found, t)
				}
			}
		}
	}
	return found
}

func reaches(all []care.Telecom, one care.Telecom) bool {
	for _, t := range all {
		if t.System == one.System && t.Value == one.Value {
			return true
		}
	}
	return false
}

// telecom reads an XTN: a number in its first, twelfth or fifth to eighth components, an e-mail
// address in the fourth or, as older senders have it, in the first.
func telecom(rep Repetition, use string) []care.Telecom {
	var found []care.Telecom
	first, kind := rep.Component(1).String(), strings.ToUpper(rep.Component(3).String())
	use = telecomUse(strings.ToUpper(rep.Component(2).String()), kind, use)
	mail := rep.Component(4).String()
	if mail == "" && strings.Contains(first, "@") {
		mail = first
	}
	if strings.Contains(mail, "@") {
		mailUse := use
		if mailUse == "mobile" {
			mailUse = "home"
		}
		found = append(found, care.Telecom{System: "email", Value: mail, Use: mailUse})
	}
	if number := phoneNumber(rep, first); number != "" && kind != "FX" && kind != "BP" && kind != "INTERNET" {
		found = append(found, care.Telecom{System: "phone", Value: number, Use: use})
	}
	return found
}

func phoneNumber(rep Repetition, first string) string {
	if first != "" && !strings.Contains(first, "@") {
		return first
	}
	if unformatted := rep.Component(12).String(); unformatted != "" {
		return unformatted
	}
	area, local := rep.Component(6).String(), rep.Component(7).String()
	if local == "" {
		return ""
	}
	number := strings.TrimSpace(area + " " + local)
	if country := strings.TrimPrefix(rep.Component(5).String(), "+"); country != "" {
		number = "+" + country + " " + number
	}
	return number
}

// telecomUse reads table 0201 (use) and 0202 (equipment).
func telecomUse(code, kind, otherwise string) string {
	if kind == "CP" || code == "PRS" || code == "CELL" || code == "MOBILE" {
		return "mobile"
	}
	switch code {
	case "PRN", "ORN", "VHN", "HOME":
		return "home"
	case "WPN", "WORK":
		return "work"
	}
	return otherwise
}

// death reads PID-29 and PID-30. A date says that the patient died unless PID-30 says no.
func (r *reading) death(pid Segment, p *care.Patient) {
	at := r.instant(pid, 29)
	switch strings.ToUpper(pid.Field(30).String()) {
	case "Y", "YES", "1", "TRUE":
		p.Deceased, p.DeceasedAt = true, at
	case "N", "NO", "0", "FALSE":
		if at != nil {
			r.warnf("PID-29 gives a time of death but PID-30 says that the patient is alive: the patient is taken to be alive")
		}
	default:
		p.Deceased, p.DeceasedAt = at != nil, at
	}
}

// clearings warns of explicit nulls: the sender wants a value gone that we may hold.
func (r *reading) clearings(pid Segment) {
	for _, f := range []struct {
		field int
		what  string
	}{{11, "address"}, {13, "home phone"}, {14, "business phone"}, {29, "time of death"}, {30, "death indicator"}} {
		if pid.Field(f.field).Null() {
			r.warnf("PID-%d asks to clear the %s: a person must check it", f.field, f.what)
		}
	}
}

// languageOf reads PID-15 as BCP 47. Senders write ISO 639 codes of two or three letters, or
// the name of the language.
func languageOf(f Field) string {
	code, text := f.Component(1).String(), f.Component(2).String()
	for _, candidate := range []string{code, text} {
		if known := languageNames[strings.ToLower(candidate)]; known != "" {
			return known
		}
		if len(candidate) < 2 || len(candidate) == 4 || len(candidate) > 11 {
			continue
		}
		if tag, err := language.Parse(candidate); err == nil && tag != language.Und {
			return tag.String()
		}
	}
	return ""
}

// languageNames are the languages most spoken at home in the United States, as registration
// clerks type them, with the usual wrong codes.
var languageNames = map[string]string{
	"english": "en", "spanish": "es", "sp": "es", "chinese": "zh", "mandarin": "zh", "cantonese": "yue", "tagalog": "tl", "filipino": "fil",
	"vietnamese": "vi", "arabic": "ar", "french": "fr", "korean": "ko", "russian": "ru", "portuguese": "pt",
	"haitian creole": "ht", "creole": "ht", "german": "de", "hindi": "hi", "polish": "pl", "italian": "it",
}
