package fhir

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"throughline/care"
)

// Options say what the message itself doesn't.
type Options struct {
	// Zone is the zone of the facility that sends: dates without a time and times without an
	// offset are read in it. Nil is UTC.
	Zone *time.Location
	// Source names the sender, a different one for each: what a sender names without an authority
	// (resource ids, identifiers without a system) is kept apart by it. Empty: the MessageHeader's
	// source.
	Source string
}

// byteOrderMark is what some senders put before their UTF-8.
var byteOrderMark = []byte("\xef\xbb\xbf")

// Interpret reads one FHIR R4 Bundle or resource and gives an Inbound for each patient that it
// tells something about, in the order in which they appear, or a single Inbound that says in
// Ignored why there is nothing to do. All of them share the ControlID.
//
// The result depends on the body and the options only. An error is a care.Error with code
// Invalid, whose Field is the JSON path at fault.
func Interpret(body []byte, opt Options) ([]care.Inbound, error) {
	body = bytes.TrimPrefix(body, byteOrderMark)
	if err := checkSyntax(body); err != nil {
		return nil, err
	}
	m := newMessage(opt)
	if err := m.load(body); err != nil {
		return nil, err
	}
	if m.controlID == "" {
		m.controlID = DedupKey(body)
	}
	if m.ignored != "" {
		return []care.Inbound{m.inbound()}, nil
	}
	if err := m.gather(); err != nil {
		return nil, err
	}
	return m.finish(), nil
}

// message is one Bundle or resource on its way to Inbounds.
type message struct {
	zone      *time.Location
	source    string
	kind      string
	controlID string
	history   bool
	event     string // the MessageHeader's event
	timestamp *time.Time
	ignored   string

	index        *index
	patients     []*located[patient]
	encounters   []*located[encounter]
	conditions   []*located[condition]
	observations []*located[observation]
	appointments []*located[appointment]
	places       map[*origin]string // names of organizations and locations
	unread       tally              // resources that nothing is taken from, by kind or reason
	support      tally              // resources that only help to read others, by kind
	notification bool               // of a subscription
	idOnly       bool               // an entry names a resource without sending it
	notes        notes

	order  []*group
	groups map[*origin]*group // of patients in the message
	absent map[string]*group  // of patients that it only refers to, by identifier
}

func newMessage(opt Options) *message {
	m := &message{
		zone:    opt.Zone,
		source:  opt.Source,
		index:   newIndex(),
		places:  map[*origin]string{},
		unread:  tally{},
		support: tally{},
		groups:  map[*origin]*group{},
		absent:  map[string]*group{},
	}
	if m.zone == nil {
		m.zone = time.UTC
	}
	return m
}

// located is a resource with where it stands.
type located[T any] struct {
	*origin
	body T
}

// group is what the message says about one patient.
type group struct {
	in      care.Inbound
	present bool // the Patient itself is in the message
	notes   notes
	updated time.Time // the latest meta.lastUpdated
	known   time.Time // the latest time at which something is said to have happened
	planned time.Time // the latest time of something yet to come
}

// happened notes times at which the sender says that something happened.
func (g *group) happened(times ...*time.Time) { g.known = latest(g.known, times...) }

// expected notes times of what is yet to come.
func (g *group) expected(times ...*time.Time) { g.planned = latest(g.planned, times...) }

// latest gives the latest of the times, as far as they are known.
func latest(so time.Time, times ...*time.Time) time.Time {
	for _, t := range times {
		if t != nil && t.After(so) {
			so = *t
		}
	}
	return so
}

// gather turns the resources into what is said about each patient.
func (m *message) gather() error {
	for _, step := range []func() error{m.gatherPatients, m.gatherEncounters, m.gatherObservations, m.gatherAppointments, m.gatherMerges} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// inbound starts an Inbound with what holds for the whole message.
func (m *message) inbound() care.Inbound {
	in := care.Inbound{Kind: m.kind, Source: m.source, ControlID: m.controlID, Ignored: m.ignored}
	if m.timestamp != nil {
		in.OccurredAt = *m.timestamp
	}
	return in
}

func (m *message) finish() []care.Inbound {
	var out []care.Inbound
	for _, g := range m.order {
		if g.silent() {
			continue
		}
		m.date(g)
		g.in.Warnings = g.notes.sentences()
		out = append(out, g.in)
	}
	if len(out) == 0 {
		m.ignored = m.whyNothing()
		out = []care.Inbound{m.inbound()}
	} else if len(m.unread) > 0 {
		m.notes.add("Passed over, as nothing is done with them: "+m.unread.String(), m.kind)
	}
	out[0].Warnings = append(out[0].Warnings, m.notes.sentences()...)
	return out
}

// silent tells whether nothing is known of the patient but that others refer to them.
func (g *group) silent() bool {
	return !g.present && len(g.in.Encounters)+len(g.in.Appointments)+len(g.in.Observations) == 0
}

// date sets when the sender recorded what it tells: the message's own time; else when its
// resources were last changed, but never before what they tell had happened.
func (m *message) date(g *group) {
	if m.timestamp != nil {
		return
	}
	g.in.OccurredAt = latest(g.updated, &g.known)
	if g.in.OccurredAt.IsZero() {
		g.in.OccurredAt = g.planned
	}
	if g.in.OccurredAt.IsZero() {
		g.notes.add("Nothing in the message says when it was recorded: the time it arrived must stand in", m.kind)
	}
}

func (m *message) whyNothing() string {
	switch {
	case m.notification && m.idOnly:
		return "A subscription's notification that names what changed without sending it (id-only): subscribe with the payload full-resource."
	case m.notification && len(m.patients) == 0:
		return "A subscription's notification without the resources that changed (empty): subscribe with the payload full-resource."
	}
	maps.Copy(m.support, m.unread)
	if len(m.support) == 0 {
		return "The message is empty."
	}
	return fmt.Sprintf("The message tells nothing about a patient that we act on; it holds %s.", m.support)
}

// groupOf gives the patient that a resource is about. A resource without a subject is about the
// only patient of the message, if there is exactly one. It is nil for a subject that is no patient.
func (m *message) groupOf(from *origin, element string, subject reference) (*group, error) {
	t, err := m.resolve(from, element, subject, "Patient")
	if err != nil {
		return nil, err
	}
	if !t.empty() && t.kind != "Patient" {
		return nil, nil //nolint:nilnil // a subject that is no patient is no mistake
	}
	var g *group
	if t.empty() {
		g, err = m.onlyPatient(from, element)
	} else {
		g = m.groupFor(t)
	}
	if err != nil {
		return nil, err
	}
	updated, err := m.when(from, "meta.lastUpdated", from.meta.LastUpdated, first)
	if err != nil {
		return nil, err
	}
	g.updated = latest(g.updated, updated)
	return g, nil
}

func (m *message) groupFor(t target) *group {
	if t.origin != nil {
		return m.groups[t.origin]
	}
	key := identifierKey(t.kind, t.identifier.System, t.identifier.Value)
	if g := m.absent[key]; g != nil {
		return g
	}
	g := &group{in: m.inbound()}
	g.in.Patient = &care.Patient{Identifiers: []care.Identifier{t.identifier}}
	m.absent[key] = g
	m.order = append(m.order, g)
	return g
}

func (m *message) onlyPatient(from *origin, element string) (*group, error) {
	if len(m.patients) != 1 {
		return nil, invalid(from.path+"."+element, "names no patient, and the message doesn't hold exactly one; refer to the Patient")
	}
	m.notes.add(from.kind+"."+element+" is missing: taken to be the only patient of the message", from.path)
	return m.groups[m.patients[0].origin], nil
}

// load reads the envelope and the resources in it.
func (m *message) load(body []byte) error {
	top, err := decode[header](body, "body")
	if err != nil {
		return err
	}
	switch top.ResourceType {
	case "":
		return invalid("resourceType", "is missing; send a FHIR R4 resource or Bundle")
	case "Bundle":
		return m.loadBundle(body)
	default:
		name := kindName(top.ResourceType)
		m.kind = "fhir:" + name
		return m.loadResources([]*origin{{path: name, raw: json.RawMessage(body)}})
	}
}
