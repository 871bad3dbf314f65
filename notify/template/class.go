package template

// Class says what kind of fact a value is. What a channel may carry is decided by class.
type Class string

// The classes, from what anyone may know to what hardly anyone may.
const (
	Organization Class = "organization" // who we are: name, phone, hours
	Link         Class = "link"         // a signed, expiring link
	Deadline     Class = "deadline"     // when work is due; says nothing of a person
	Recipient    Class = "recipient"    // the recipient's own name
	Schedule     Class = "schedule"     // when and where a patient has an appointment
	Need         Class = "need"         // what kind of help a patient is in need of
	Demographic  Class = "demographic"  // who a patient is
	Clinical     Class = "clinical"     // what a patient has, takes or was told; the pathway's name too
	Restricted   Class = "restricted"   // what the law guards further: substance use (42 CFR Part 2), violence at home
)

// public are the classes that say nothing of any patient. A subject carries no other: it is shown on
// locked screens and kept by every server on the way.
var public = []Class{Organization, Link, Deadline}

// DefaultAllowed gives what a channel may carry unless an installation decides otherwise: outside the house
// nothing about a patient, inside it everything that isn't restricted. A channel it doesn't know gets the least.
func DefaultAllowed(channel string) []Class {
	switch channel {
	case "email", "mailbox":
		return []Class{Organization, Link, Deadline}
	case "inapp":
		return []Class{Organization, Link, Deadline, Recipient, Schedule, Need, Demographic, Clinical}
	}
	return []Class{Organization, Link}
}

// StandardFields are the values that messages name, as far as they mean the same everywhere. A caller that
// offers more adds to the map, which is the caller's own.
func StandardFields() map[string]Class {
	return map[string]Class{
		"organization.name":  Organization,
		"organization.phone": Organization,
		"due":                Deadline,
		"recipient.name":     Recipient,
		"visit.start":        Schedule,
		"visit.place":        Schedule,
		"need":               Need,
		"patient.name":       Demographic,
		"task.title":         Clinical,
		"pathway.title":      Clinical,
	}
}
