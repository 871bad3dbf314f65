package fhir

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"throughline/care"
)

// resourceID is the type of an identifier that is a resource's id on the sender's server
// (HL7 table 0203: RI, resource identifier).
const resourceID = "RI"

// uriSystem is FHIR's system for an identifier that is itself a URI.
const uriSystem = "urn:ietf:rfc:3986"

// serverID is the identifier that a resource has by its id: on the server of the base address, or
// on the sender's own where no address is known. Ids of two senders never meet.
func (m *message) serverID(base, kind, id string) care.Identifier {
	if base == "" {
		base = m.scope()
	}
	return care.Identifier{System: base + "/" + kind, Value: id, Type: resourceID}
}

// scope is the name space of what the sender names without saying by which authority.
func (m *message) scope() string { return "fhir:" + m.source }

// identifier tells a FHIR identifier in our words. Without a system the assigner stands in, else
// the sender.
func (m *message) identifier(id identifier) care.Identifier {
	system := strings.TrimSpace(id.System)
	if system == "" {
		system = strings.TrimSpace(id.Assigner.Display)
	}
	if system == "" {
		system = m.scope()
	}
	return care.Identifier{System: system, Value: strings.TrimSpace(id.Value), Type: typeOf(id)}
}

// typeOf gives the code of HL7 table 0203, where the identifier has one.
func typeOf(id identifier) string {
	for _, c := range id.Type.Coding {
		if strings.HasSuffix(c.System, "v2-0203") || c.System == "" {
			return c.Code
		}
	}
	return ""
}

// ownID is the identifier that a resource has by where it lives. lasting tells whether the sender
// will use it again: a resource that a transaction creates gets another id on the server.
func (m *message) ownID(o *origin) (id care.Identifier, lasting bool) {
	created := o.method == "POST"
	switch {
	case o.base() != "":
		return m.serverID(o.base(), o.kind, o.lastID()), true
	case o.parent != nil:
		return m.hashID(o), false
	case strings.HasPrefix(o.fullURL, "urn:") && (created || o.id == ""):
		return care.Identifier{System: uriSystem, Value: o.fullURL, Type: resourceID}, false
	case o.id != "":
		return m.serverID("", o.kind, o.id), !created
	default:
		return m.hashID(o), false
	}
}

func (o *origin) lastID() string { return restURL.FindStringSubmatch(o.fullURL)[3] }

// hashID names a resource that the sender gave no name by its content.
func (m *message) hashID(o *origin) care.Identifier {
	sum := sha256.Sum256(canonical(o.raw))
	return m.serverID("", o.kind, "sha256-"+hex.EncodeToString(sum[:16]))
}

// businessID picks the identifier that goes with a thing from message to message: a visit number
// before others, an old one never; without any, its id.
func (m *message) businessID(o *origin, ids []identifier) care.Identifier {
	best, bestScore := care.Identifier{}, 0
	for _, id := range ids {
		if score := m.scoreID(id); score > bestScore {
			best, bestScore = m.identifier(id), score
		}
	}
	if bestScore > 0 {
		return best
	}
	own, _ := m.ownID(o)
	return own
}

func (m *message) scoreID(id identifier) int {
	switch {
	case strings.TrimSpace(id.Value) == "" || id.Use == "old":
		return 0
	case typeOf(id) == "VN":
		return 5
	case typeOf(id) == "AN":
		return 4
	case id.Use == "official":
		return 3
	case id.Use == "" || id.Use == "usual":
		return 2
	default:
		return 1
	}
}

// placeholderSSN tells whether a social security number stands for "not known": all digits the
// same, or counted up. People must not be matched by it.
func placeholderSSN(id care.Identifier) bool {
	if id.Type != "SS" && id.System != "http://hl7.org/fhir/sid/us-ssn" {
		return false
	}
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, id.Value)
	if len(digits) != 9 {
		return false
	}
	return strings.Count(digits, digits[:1]) == 9 || digits == "123456789"
}
