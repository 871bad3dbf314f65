package compare

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"throughline/pathways"
)

// node is a part of a definition: an object, a list or a plain value. Comparing trees rather than
// fields means that nothing a definition says can be left out of a comparison.
type node struct {
	fields map[string]*node // of an object
	items  []*node          // of a list
	value  any              // of neither: a text, a number, yes or no
	isList bool
	line   int // in the file; 0 where it is not known
	// written is the value as the file has it, where a guessed rename changed it.
	written any
}

// treeOf gives a definition, or a part, as it travels, by the names of its JSON, without its version and with
// lines aside. It goes by the types, not through their JSON: every field that there is, or comes to
// be, is in it.
func treeOf[T pathways.Definition | pathways.Part](content *T) *node {
	n := grow(reflect.ValueOf(content), 0)
	delete(n.fields, "version")
	return n
}

// grow makes a node. What has no line of its own has that of what it stands in.
func grow(v reflect.Value, line int) *node {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return &node{line: line}
		}
		return grow(v.Elem(), line)
	case reflect.Struct:
		return growObject(v, line)
	case reflect.Slice:
		if v.IsNil() {
			return &node{line: line}
		}
		n := &node{isList: true, line: line, items: make([]*node, v.Len())}
		for i := range n.items {
			n.items[i] = grow(v.Index(i), line)
		}
		return n
	case reflect.String:
		return &node{value: v.String(), line: line}
	case reflect.Bool:
		return &node{value: v.Bool(), line: line}
	case reflect.Int, reflect.Int64:
		return &node{value: json.Number(strconv.FormatInt(v.Int(), 10)), line: line}
	case reflect.Float64:
		return &node{value: json.Number(strconv.FormatFloat(v.Float(), 'f', -1, 64)), line: line}
	default:
		panic("compare: a definition holds a " + v.Kind().String() + ", which cannot be compared") // a test holds that none does
	}
}

func growObject(v reflect.Value, line int) *node {
	fields := jsonFields(v.Type())
	for _, f := range fields {
		if f.name == "line" && v.Field(f.index).Int() != 0 {
			line = int(v.Field(f.index).Int())
		}
	}
	n := &node{fields: make(map[string]*node, len(fields)), line: line}
	for _, f := range fields {
		value := v.Field(f.index)
		if f.name == "line" || f.omitEmpty && empty(value) || f.omitZero && value.IsZero() {
			continue
		}
		n.fields[f.name] = grow(value, line)
	}
	return n
}

// empty is what JSON leaves out.
func empty(v reflect.Value) bool {
	if v.Kind() == reflect.Slice {
		return v.Len() == 0
	}
	return v.Kind() != reflect.Struct && v.IsZero()
}

type jsonField struct {
	name                string
	index               int
	omitEmpty, omitZero bool
}

// fieldsOfTypes keeps what the tags of a type say.
var fieldsOfTypes sync.Map

func jsonFields(t reflect.Type) []jsonField {
	if known, ok := fieldsOfTypes.Load(t); ok {
		return known.([]jsonField) //nolint:forcetypeassert // nothing else is kept
	}
	fields := []jsonField{}
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "-" && t.Field(i).IsExported() {
			fields = append(fields, jsonField{name, i, strings.Contains(options, "omitempty"), strings.Contains(options, "omitzero")})
		}
	}
	fieldsOfTypes.Store(t, fields)
	return fields
}

// copied gives the same tree anew.
func (n *node) copied() *node {
	c := *n
	if n.isObject() {
		c.fields = make(map[string]*node, len(n.fields))
		for name, f := range n.fields {
			c.fields[name] = f.copied()
		}
	}
	c.items = make([]*node, len(n.items))
	for i, item := range n.items {
		c.items[i] = item.copied()
	}
	return &c
}

func (n *node) isObject() bool { return n != nil && n.fields != nil }

// names are the fields of two objects together, sorted.
func names(a, b *node) []string {
	var all []string
	for _, n := range []*node{a, b} {
		if n.isObject() {
			all = slices.AppendSeq(all, maps.Keys(n.fields))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (n *node) field(name string) *node {
	if !n.isObject() {
		return nil
	}
	return n.fields[name]
}

// text gives the value as it is written; empty where there is none.
func (n *node) text() string {
	if n == nil {
		return ""
	}
	v := n.value
	if n.written != nil {
		v = n.written
	}
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case bool:
		if x {
			return "yes"
		}
		return "no"
	}
	return fmt.Sprint(v)
}

// same tells whether two nodes say the same, lines aside.
func same(a, b *node) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.isObject() != b.isObject() || a.isList != b.isList || a.value != b.value || len(a.fields) != len(b.fields) {
		return false
	}
	for name, f := range a.fields {
		if other, ok := b.fields[name]; !ok || !same(f, other) {
			return false
		}
	}
	return slices.EqualFunc(a.items, b.items, same)
}

// keyNames are the fields by which the items of a list are known.
var keyNames = []string{"id", "name", "language", "part", "system"}

// keyed gives the field by which the items of both lists are told apart; empty where they have none.
func keyed(a, b *node) string {
	for _, key := range keyNames {
		if hasKeys(a, key) && hasKeys(b, key) {
			return key
		}
	}
	return ""
}

func hasKeys(n *node, key string) bool {
	if n == nil {
		return true
	}
	seen := map[string]bool{}
	for _, item := range n.items {
		name := item.field(key).text()
		if name == "" || seen[name] {
			return false
		}
		seen[name] = true
	}
	return true
}

// find gives the item with the name; nil where there is none.
func (n *node) find(key, name string) *node {
	if n == nil {
		return nil
	}
	for _, item := range n.items {
		if f := item.field(key); f != nil && f.value == name {
			return item
		}
	}
	return nil
}
