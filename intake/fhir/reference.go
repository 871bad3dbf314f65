package fhir

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"

	"throughline/care"
)

// origin is where a resource stands in the message, and by what names it can be referred to.
type origin struct {
	path    string // the JSON path of the resource: "Bundle.entry[3].resource"
	kind    string // the resource type
	id      string
	fullURL string
	method  string // the request's method in a transaction or batch
	raw     json.RawMessage
	meta    meta
	parent  *origin // of a contained resource
}

// restURL is the form of an address on a FHIR server: base, type, id, perhaps a version.
var restURL = regexp.MustCompile(`^(?:(.*)/)?([A-Z][A-Za-z]+)/([A-Za-z0-9.\-]{1,64})(?:/_history/[^/]+)?$`)

// base gives the server's address that the resource lives at, empty where the message doesn't say.
func (o *origin) base() string {
	parts := restURL.FindStringSubmatch(o.fullURL)
	if parts == nil || !absolute(o.fullURL) {
		return ""
	}
	return parts[1]
}

func absolute(address string) bool {
	return strings.HasPrefix(address, "http://") || strings.HasPrefix(address, "https://")
}

// index finds the resources of a message by all names that a reference may use.
type index struct {
	byName       map[string]*origin
	byIdentifier map[string]*origin
	ambiguous    map[string]bool // identifiers and ids that two resources of one type claim
}

func newIndex() *index {
	return &index{byName: map[string]*origin{}, byIdentifier: map[string]*origin{}, ambiguous: map[string]bool{}}
}

// add makes the resource known. Of two with one name the first counts.
func (x *index) add(o *origin) {
	for _, name := range o.names() {
		other := x.byName[name]
		if other == nil {
			x.byName[name] = o
			continue
		}
		if other.base() != o.base() {
			x.ambiguous[name] = true // the same id on two servers
		}
	}
}

func (o *origin) names() []string {
	if o.parent != nil {
		return []string{o.parent.path + "#" + o.id}
	}
	var names []string
	if o.fullURL != "" {
		names = append(names, o.fullURL)
	}
	if o.id != "" {
		names = append(names, o.kind+"/"+o.id)
	}
	return names
}

func identifierKey(kind, system, value string) string { return kind + "|" + system + "|" + value }

func (x *index) addIdentifiers(o *origin, ids []identifier) {
	for _, id := range ids {
		if id.Value == "" {
			continue
		}
		key := identifierKey(o.kind, id.System, id.Value)
		if other := x.byIdentifier[key]; other != nil && other != o {
			x.ambiguous[key] = true
			continue
		}
		x.byIdentifier[key] = o
	}
}

// target is what a reference leads to: a resource of the message, or the identifier of one that
// isn't in it. Both are empty where the reference says nothing (a display only).
type target struct {
	kind       string
	origin     *origin
	identifier care.Identifier
}

func (t target) empty() bool { return t.origin == nil && t.identifier.Value == "" }

// resolve follows a reference of the resource, to a resource of the expected kind where the
// reference doesn't say which.
func (m *message) resolve(from *origin, element string, r reference, expect string) (target, error) {
	path := from.path + "." + element
	switch ref := r.Reference; {
	case ref == "":
		if r.Type != "" {
			expect = r.Type
		}
		return m.resolveLogical(path, r.Identifier, expect)
	case strings.HasPrefix(ref, "#"):
		return m.resolveContained(from, path, ref[1:])
	case strings.HasPrefix(ref, "urn:"):
		if o := m.index.byName[ref]; o != nil {
			return target{kind: o.kind, origin: o}, nil
		}
		return target{}, invalid(path+".reference", "names a urn that no entry of the Bundle has as its fullUrl; send the resource along, or refer to it by identifier")
	case strings.Contains(ref, "?"):
		return m.resolveConditional(path, ref)
	default:
		return m.resolveRest(from, path, ref)
	}
}

// lookup follows a reference that nothing depends on: nil where it leads nowhere in the message.
func (m *message) lookup(from *origin, r reference, expect string) *origin {
	t, err := m.resolve(from, "", r, expect)
	if err != nil || t.origin == nil || t.origin.kind != expect {
		return nil
	}
	return t.origin
}

func (m *message) resolveLogical(path string, raw json.RawMessage, kind string) (target, error) {
	if empty(raw) {
		return target{}, nil
	}
	id, err := decode[identifier](raw, path+".identifier")
	if err != nil {
		return target{}, err
	}
	return m.resolveIdentifier(path+".identifier", kind, id)
}

func (m *message) resolveContained(from *origin, path, id string) (target, error) {
	container := from
	if from.parent != nil {
		container = from.parent
	}
	if o := m.index.byName[container.path+"#"+id]; o != nil {
		return target{kind: o.kind, origin: o}, nil
	}
	return target{}, invalid(path+".reference", "names a contained resource that isn't there; put it into contained")
}

// resolveConditional reads a conditional reference: "Patient?identifier=system|value".
func (m *message) resolveConditional(path, ref string) (target, error) {
	head, query, _ := strings.Cut(ref, "?")
	kind := head[strings.LastIndex(head, "/")+1:]
	params, err := url.ParseQuery(query)
	wanted := params.Get("identifier")
	if err != nil || wanted == "" || len(params) != 1 {
		if kind != "Patient" {
			return target{kind: kind}, nil // only a patient must be found
		}
		return target{}, invalid(path+".reference", "is a conditional reference by something else than one identifier; write Patient?identifier=system|value")
	}
	system, value, piped := strings.Cut(wanted, "|")
	if !piped {
		system, value = "", wanted
	}
	return m.resolveIdentifier(path+".reference", kind, identifier{System: system, Value: value})
}

func (m *message) resolveIdentifier(path, kind string, id identifier) (target, error) {
	if id.Value == "" {
		return target{kind: kind}, nil
	}
	key := identifierKey(kind, id.System, id.Value)
	if m.index.ambiguous[key] {
		return target{}, invalid(path, "matches two resources of the Bundle; refer to one of them by its fullUrl")
	}
	if o := m.index.byIdentifier[key]; o != nil {
		return target{kind: kind, origin: o}, nil
	}
	return target{kind: kind, identifier: m.identifier(id)}, nil
}

// resolveRest reads a relative or an absolute reference. A relative one is relative to the server
// that the referring resource lives at (FHIR R4, Bundle, "Resolving references in Bundles").
func (m *message) resolveRest(from *origin, path, ref string) (target, error) {
	parts := restURL.FindStringSubmatch(ref)
	if parts == nil {
		return target{}, invalid(path+".reference", "is no reference that can be followed; write Patient/123, a urn:uuid of the Bundle, an absolute address, or Patient?identifier=system|value")
	}
	base, kind, id := parts[1], parts[2], parts[3]
	if base == "" {
		base = from.base()
	}
	if o := m.byAddress(base, kind, id); o != nil {
		return target{kind: o.kind, origin: o}, nil
	}
	return target{kind: kind, identifier: m.serverID(base, kind, id)}, nil
}

// byAddress finds the resource at an address; failing that, the one with that type and id, where
// senders mix forms of address and nothing says that it lives on another server.
func (m *message) byAddress(base, kind, id string) *origin {
	if base != "" {
		if o := m.index.byName[base+"/"+kind+"/"+id]; o != nil {
			return o
		}
	}
	o := m.index.byName[kind+"/"+id]
	if o == nil || m.index.ambiguous[kind+"/"+id] {
		return nil
	}
	if base != "" && o.base() != "" {
		return nil
	}
	return o
}
