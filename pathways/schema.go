package pathways

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"throughline/care"
)

// SchemaID is where a schema says that it belongs; an editor may be told to use it for *.yaml.
const SchemaID = "https://throughline.invalid/pathway.schema.json"

// Schema gives the JSON Schema (2020-12) of the files that authors write, pathways and parts, for
// their editors. It is made from the types that the files are read into and the tables that Check
// asks, so that it cannot say something else; it never refuses what Load accepts.
func Schema() []byte {
	b := &schemaBuilder{defs: map[string]any{}, words: schemaWords()}
	pathway, part := b.object(reflect.TypeFor[Definition]()), b.object(reflect.TypeFor[Part]())
	whole := map[string]any{
		"$schema":     "https://json-schema.org/draft/2020-12/schema",
		"$id":         SchemaID,
		"title":       "Care pathway",
		"description": "A pathway, or a part that pathways share. What a schema cannot say, throughline check does.",
		"type":        "object",
		"if":          map[string]any{"required": []string{"part"}},
		"then":        part, "else": pathway,
		"$defs": b.defs,
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(whole); err != nil {
		panic(fmt.Sprintf("pathways: writing the schema: %v", err)) // texts, lists and maps alone
	}
	return out.Bytes()
}

// schemaBuilder collects the definitions of the types.
type schemaBuilder struct {
	defs  map[string]any
	words map[string]string
}

// scalar is what a text may be written as: 2025 and true are texts too where one is asked for.
func scalar() map[string]any {
	return map[string]any{"type": []string{"string", "number", "boolean"}}
}

// object gives a reference to the type's definition.
func (b *schemaBuilder) object(t reflect.Type) map[string]any {
	ref := map[string]any{"$ref": "#/$defs/" + t.Name()}
	if _, done := b.defs[t.Name()]; done {
		return ref
	}
	b.defs[t.Name()] = nil // it may hold itself
	properties, required := map[string]any{}, []string{}
	for field := range t.Fields() {
		key, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if key == "" || key == "-" {
			continue
		}
		properties[key] = b.property(t.Name(), field, key)
		if !strings.Contains(options, "omitempty") {
			required = append(required, key)
		}
	}
	def := map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
	if len(required) > 0 {
		def["required"] = required
	}
	b.describe(def, t.Name())
	b.shape(t, def, properties)
	b.defs[t.Name()] = def
	return ref
}

// shape adds what the tags of a type do not tell.
func (b *schemaBuilder) shape(t reflect.Type, def, properties map[string]any) {
	switch t {
	case reflect.TypeFor[End]():
		properties["as"] = endNames()
		def["required"] = []string{"as"}
	case reflect.TypeFor[Rung]():
		def["oneOf"] = needsOne("remind", "warn", "escalate", "reassign")
	case reflect.TypeFor[Step]():
		delete(def, "required")
		def["oneOf"] = []any{
			map[string]any{"required": []string{"id"}, "oneOf": needsOne(kindKeys()...)},
			map[string]any{"required": []string{"include"}, "maxProperties": 1},
		}
	}
}

// needsOne gives the choice between keys.
func needsOne(keys ...string) []any {
	choice := make([]any, len(keys))
	for i, key := range keys {
		choice[i] = map[string]any{"required": []string{key}}
	}
	return choice
}

// kindKeys are the keys that make a step what it is: those that Kind answers to.
func kindKeys() []string {
	var keys []string
	t := reflect.TypeFor[Step]()
	for i := range t.NumField() {
		key, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		var s Step
		switch v := reflect.ValueOf(&s).Elem().Field(i); v.Kind() {
		case reflect.String:
			v.SetString("x")
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
		default:
			continue
		}
		if s.Kind() == key {
			keys = append(keys, key)
		}
	}
	return keys
}

// endNames are what an end may be called: by a name, or as a suspension.
func endNames() map[string]any {
	until := map[string]any{"type": "string", "anyOf": []any{
		map[string]any{"enum": prefixed("until ", eventNames())}, map[string]any{"pattern": `^until [a-z][a-z0-9_]*\.answered$`},
	}}
	return map[string]any{"oneOf": []any{
		map[string]any{"enum": care.Ends},
		map[string]any{"type": "object", "additionalProperties": false, "required": []string{"suspend"}, "properties": map[string]any{"suspend": until}},
	}}
}

func prefixed(prefix string, words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = prefix + w
	}
	return out
}

// property gives the schema of one key.
func (b *schemaBuilder) property(owner string, field reflect.StructField, key string) map[string]any {
	s := b.value(field.Type, schemaRules[owner+"."+key])
	b.describe(s, owner+"."+field.Name)
	return s
}

func (b *schemaBuilder) describe(s map[string]any, name string) {
	if words := b.words[name]; words != "" {
		s["description"] = words
	}
}

// value gives the schema of a type; rule says more about its texts and numbers.
func (b *schemaBuilder) value(t reflect.Type, rule map[string]any) map[string]any {
	switch t {
	case reflect.TypeFor[Used]():
		return map[string]any{"type": "string", "pattern": partName.String()}
	case reflect.TypeFor[Argument](), reflect.TypeFor[ScoreInput](), reflect.TypeFor[Given](), reflect.TypeFor[Saying]():
		return scalar()
	case reflect.TypeFor[CodeList]():
		return b.list(reflect.TypeFor[string](), nil)
	case reflect.TypeFor[Ladder]():
		return map[string]any{"type": "array", "minItems": 1, "items": b.object(reflect.TypeFor[Rung]())}
	case reflect.TypeFor[Template]():
		return map[string]any{"type": "object", "minProperties": 1, "propertyNames": pattern(languageTag), "additionalProperties": b.object(reflect.TypeFor[Wording]())}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return b.value(t.Elem(), rule)
	case reflect.Struct:
		return b.object(t)
	case reflect.Slice:
		return b.list(t.Elem(), rule)
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int:
		return ruled(map[string]any{"type": "integer"}, rule)
	case reflect.Float64:
		return ruled(map[string]any{"type": "number"}, rule)
	case reflect.Interface:
		return scalar()
	}
	return ruled(scalar(), rule)
}

// list gives a list, or, where the elements have names, an object of them.
func (b *schemaBuilder) list(element reflect.Type, rule map[string]any) map[string]any {
	item := b.value(element, rule)
	if name, named := keyField(element); named {
		object := map[string]any{"type": "object", "additionalProperties": item}
		if name.Name == "Language" {
			object["propertyNames"] = pattern(languageTag)
		}
		if element == reflect.TypeFor[CodeList]() {
			object["propertyNames"] = enum(CodeSystems())
		}
		return object
	}
	list := map[string]any{"type": "array", "items": item}
	if element.Kind() == reflect.String || element.Kind() == reflect.Int || element == reflect.TypeFor[Used]() {
		return map[string]any{"oneOf": []any{item, list}} // one stands for a list of one
	}
	return list
}

// ruled adds the rule of a key to the schema of its type.
func ruled(s, rule map[string]any) map[string]any {
	if rule == nil {
		return s
	}
	if _, closed := rule["type"]; closed {
		s = map[string]any{}
	}
	for _, key := range slices.Sorted(maps.Keys(rule)) {
		s[key] = rule[key]
	}
	return s
}
