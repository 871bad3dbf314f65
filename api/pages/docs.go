package pages

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
)

type docsPage struct {
	frame
	Name, Text string
	Groups     []docsGroup
	Problems   []docsProblem
}

type docsGroup struct {
	Tag        string
	Operations []docsOperation
}

type docsOperation struct {
	ID, Verb, Path, Summary, Text string
	Parameters, Body, Result      []docsField
	BodyType                      string
	Answers                       []docsAnswer
}

type docsField struct {
	Name, Kind, Text string
	Required         bool
}

type docsAnswer struct{ Status, Text, Type string }

type docsProblem struct{ Code, Text string }

var problems = []docsProblem{
	{"invalid", "422. What was sent can be read and makes no sense here. The same again will always be refused."},
	{"malformed", "400. What was sent cannot be read."},
	{"unauthorized", "401. Send the token: Authorization: Bearer …"},
	{"forbidden", "403. You may not do this."},
	{"not_found", "404. What is named does not exist."},
	{"conflict", "409. Refused as things now stand; later it may be allowed."},
	{"gone", "410. It was there and is no longer."},
	{"precondition_failed", "412. It was changed since you read it."},
	{"too_large", "413. The request is too large."},
	{"unsupported", "405, 406, 415. Not in this way or form."},
	{"too_many_requests", "429. Wait as long as Retry-After says."},
	{"internal", "500. A defect. The logs tell more under the request's id."},
	{"unavailable", "503. A part that this depends on does not answer. Try again; the same Idempotency-Key makes that safe."},
}

// docs shows the OpenAPI document to people. It is made when it is first asked for: the document is
// complete then.
func (d Deps) docs() gin.HandlerFunc {
	return func(c *gin.Context) {
		page := docsPage{frame: d.frame("API"), Name: d.OpenAPI.Info.Title, Text: d.OpenAPI.Info.Description, Problems: problems}
		page.Groups = docsGroups(d.OpenAPI)
		show(c, http.StatusOK, "docs.html", page)
	}
}

func docsGroups(api *huma.OpenAPI) []docsGroup {
	byTag := map[string][]docsOperation{}
	for _, path := range slices.Sorted(maps.Keys(api.Paths)) {
		for _, op := range operationsOf(api.Paths[path]) {
			tag := strings.Join(op.Tags, " ")
			byTag[tag] = append(byTag[tag], describe(api.Components.Schemas, op))
		}
	}
	var groups []docsGroup
	for _, tag := range slices.Sorted(maps.Keys(byTag)) {
		groups = append(groups, docsGroup{Tag: tag, Operations: byTag[tag]})
	}
	return groups
}

func operationsOf(item *huma.PathItem) []*huma.Operation {
	all := []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete}
	return slices.DeleteFunc(all, func(op *huma.Operation) bool { return op == nil })
}

func describe(schemas huma.Registry, op *huma.Operation) docsOperation {
	out := docsOperation{ID: op.OperationID, Verb: op.Method, Path: op.Path, Summary: op.Summary, Text: op.Description}
	for _, p := range op.Parameters {
		out.Parameters = append(out.Parameters, docsField{
			Name: p.Name, Kind: p.In + " " + kindOf(p.Schema), Required: p.Required, Text: meaning(cmp.Or(p.Description, describedBy(p.Schema)), p.Schema),
		})
	}
	if op.RequestBody != nil {
		out.BodyType, out.Body = content(schemas, op.RequestBody.Content)
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		answer := op.Responses[status]
		kind, fields := content(schemas, answer.Content)
		out.Answers = append(out.Answers, docsAnswer{Status: status, Text: answer.Description, Type: kind})
		if strings.HasPrefix(status, "2") {
			out.Result = fields
		}
	}
	return out
}

func content(schemas huma.Registry, all map[string]*huma.MediaType) (kind string, fields []docsField) {
	for _, kind := range slices.Sorted(maps.Keys(all)) {
		return kind, fieldsOf(schemas, all[kind].Schema)
	}
	return "", nil
}

// fieldsOf lists the properties of a schema, those of a list's items too.
func fieldsOf(schemas huma.Registry, s *huma.Schema) []docsField {
	s = resolve(schemas, s)
	if s == nil {
		return nil
	}
	var out []docsField
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		out = append(out, docsField{Name: name, Kind: kindOf(p), Required: slices.Contains(s.Required, name), Text: meaning(describedBy(p), p)})
		if name == "items" && p.Items != nil {
			for _, inner := range fieldsOf(schemas, p.Items) {
				inner.Name = "items[]." + inner.Name
				out = append(out, inner)
			}
		}
	}
	return out
}

func resolve(schemas huma.Registry, s *huma.Schema) *huma.Schema {
	if s != nil && s.Ref != "" {
		return schemas.SchemaFromRef(s.Ref)
	}
	return s
}

func describedBy(s *huma.Schema) string {
	if s == nil {
		return ""
	}
	return s.Description
}

func kindOf(s *huma.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		return s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
	case s.Type == "array":
		return "list of " + kindOf(s.Items)
	case s.Format != "":
		return s.Format
	case s.Type == "":
		return "any"
	}
	return s.Type
}

// meaning adds the values to choose from.
func meaning(text string, s *huma.Schema) string {
	if s != nil && s.Items != nil && len(s.Enum) == 0 {
		s = s.Items
	}
	if s == nil || len(s.Enum) == 0 {
		return text
	}
	var values []string
	for _, v := range s.Enum {
		if word, ok := v.(string); ok {
			values = append(values, word)
		}
	}
	if text != "" {
		text += ". "
	}
	return text + "One of " + strings.Join(values, ", ")
}
