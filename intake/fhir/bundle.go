package fhir

import (
	"encoding/json"
	"fmt"
	"strings"
)

// loadBundle reads a Bundle of any type that carries resources.
func (m *message) loadBundle(body []byte) error {
	b, err := decode[bundle](body, "Bundle")
	if err != nil {
		return err
	}
	if err := m.loadEnvelope(b); err != nil || m.ignored != "" {
		return err
	}
	origins, err := m.entries(b.Entry)
	if err != nil {
		return err
	}
	return m.loadResources(origins)
}

func (m *message) loadEnvelope(b bundle) error {
	m.kind = "fhir:" + b.Type
	m.controlID = b.ID
	if b.Identifier != nil && b.Identifier.Value != "" {
		m.controlID = b.Identifier.Value
	}
	if err := m.loadTimestamp(b.Timestamp); err != nil {
		return err
	}
	switch b.Type {
	case "transaction", "batch", "collection", "message", "document", "searchset", "subscription-notification":
	case "history":
		m.history = true
	case "transaction-response", "batch-response":
		m.ignored = "The Bundle is the answer to a request; it tells no news."
	case "":
		m.kind = "fhir:Bundle"
		m.notes.add("Bundle.type is missing: read as a collection", "Bundle")
	default:
		return invalid("Bundle.type", "is no bundle type of FHIR R4; send a transaction, batch, collection or message")
	}
	return nil
}

func (m *message) loadTimestamp(text string) error {
	at, err := m.when(&origin{path: "Bundle", kind: "Bundle"}, "timestamp", text, first)
	m.timestamp = at
	return err
}

// entries gives the resources of the entries, and counts the requests that carry none.
func (m *message) entries(raw []json.RawMessage) ([]*origin, error) {
	var out []*origin
	seen := map[string]bool{}
	for i, one := range raw {
		path := fmt.Sprintf("Bundle.entry[%d]", i)
		e, err := decode[bundleEntry](one, path)
		if err != nil {
			return nil, err
		}
		o := &origin{path: path + ".resource", fullURL: e.FullURL, raw: e.Resource}
		if e.Request != nil {
			o.method = strings.ToUpper(e.Request.Method)
		}
		if empty(e.Resource) {
			m.noteEmpty(o.method)
			continue
		}
		if m.history && e.FullURL != "" && seen[e.FullURL] {
			m.unread["older version"]++ // a history lists the newest first
			continue
		}
		seen[e.FullURL] = true
		out = append(out, o)
	}
	return out, nil
}

func empty(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

func (m *message) noteEmpty(method string) {
	m.idOnly = true
	if kindName(method) != method {
		method = "entry"
	}
	m.unread[method+" without a resource"]++
}

// loadResources makes all resources and what they contain known to references, then reads those
// that something is done with.
func (m *message) loadResources(origins []*origin) error {
	var all []*origin
	for _, o := range origins {
		contained, err := m.open(o)
		if err != nil {
			return err
		}
		all = append(append(all, o), contained...)
	}
	for _, o := range all {
		m.index.add(o)
	}
	for _, o := range all {
		if err := m.read(o); err != nil {
			return err
		}
	}
	return nil
}

// open reads a resource's header and gives the resources that it contains.
func (m *message) open(o *origin) ([]*origin, error) {
	h, err := decode[header](o.raw, o.path)
	if err != nil {
		return nil, err
	}
	if h.ResourceType == "" {
		return nil, invalid(o.path+".resourceType", "is missing; every resource must say what it is")
	}
	o.kind, o.id, o.meta = h.ResourceType, h.ID, h.Meta
	var out []*origin
	for i, raw := range h.Contained {
		c := &origin{path: fmt.Sprintf("%s.contained[%d]", o.path, i), raw: raw, parent: o, method: o.method}
		ch, err := decode[header](raw, c.path)
		if err != nil {
			return nil, err
		}
		c.kind, c.id, c.meta = ch.ResourceType, ch.ID, ch.Meta
		out = append(out, c)
	}
	return out, nil
}

// read takes from a resource what its kind is read for.
func (m *message) read(o *origin) (err error) {
	switch o.kind {
	case "Patient":
		err = readInto(&m.patients, o)
		if err == nil {
			m.index.addIdentifiers(o, m.patients[len(m.patients)-1].body.Identifier)
		}
	case "Encounter":
		err = readInto(&m.encounters, o)
		if err == nil {
			m.index.addIdentifiers(o, m.encounters[len(m.encounters)-1].body.Identifier)
		}
	case "Condition":
		err = readInto(&m.conditions, o)
	case "Observation":
		err = readInto(&m.observations, o)
	case "Appointment":
		err = readInto(&m.appointments, o)
	case "Organization", "Location":
		err = m.readPlace(o)
	case "MessageHeader":
		err = m.readHeader(o)
	case "Parameters", "SubscriptionStatus":
		err = m.readNotification(o)
	case "Bundle":
		err = invalid(o.path, "is a Bundle within a Bundle; send each on its own")
	default:
		m.unread[kindName(o.kind)]++
	}
	return err
}

func readInto[T any](list *[]*located[T], o *origin) error {
	body, err := decode[T](o.raw, o.path)
	if err != nil {
		return err
	}
	*list = append(*list, &located[T]{origin: o, body: body})
	return nil
}

// kindName keeps what isn't the name of a resource type out of our texts.
func kindName(kind string) string {
	for _, r := range kind {
		if (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return "resource of unknown type"
		}
	}
	if kind == "" || len(kind) > 40 {
		return "resource of unknown type"
	}
	return kind
}

func (m *message) readPlace(o *origin) error {
	m.support[o.kind]++
	place, err := decode[named](o.raw, o.path)
	m.places[o] = place.Name
	m.index.addIdentifiers(o, place.Identifier)
	return err
}

func (m *message) readHeader(o *origin) error {
	m.support[o.kind]++
	h, err := decode[messageHeader](o.raw, o.path)
	if err != nil {
		return err
	}
	m.event = h.EventCoding.Code
	if m.event == "" {
		m.event = h.EventURI
	}
	if m.event != "" {
		m.kind += ":" + m.event
	}
	if m.controlID == "" {
		m.controlID = o.id
	}
	if m.source == "" {
		m.source = h.Source.Endpoint
	}
	if m.timestamp == nil {
		m.timestamp, err = m.when(o, "meta.lastUpdated", o.meta.LastUpdated, first)
	}
	return err
}

// readNotification reads the status part of a subscription notification: Parameters in R4
// (Subscriptions R5 Backport IG), SubscriptionStatus in R4B and later.
func (m *message) readNotification(o *origin) error {
	kind, err := notificationType(o)
	if err != nil {
		return err
	}
	switch kind {
	case "handshake":
		m.ignored = "A subscription's handshake: the sender tries whether we answer."
	case "heartbeat":
		m.ignored = "A subscription's heartbeat: the sender tells that it is alive."
	case "event-notification":
		m.notification = true
	case "query-status", "query-event":
		m.ignored = "A subscription's status, not a notification."
	default:
		m.unread[o.kind]++
	}
	return nil
}

func notificationType(o *origin) (string, error) {
	if o.kind == "SubscriptionStatus" {
		s, err := decode[subscriptionStatus](o.raw, o.path)
		return s.Type, err
	}
	p, err := decode[parameters](o.raw, o.path)
	for _, one := range p.Parameter {
		if one.Name == "type" {
			return one.ValueCode, err
		}
	}
	return "", err
}
