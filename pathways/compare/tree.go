package compare

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

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

// treeOf gives the definition as it travels, without its version and with lines aside.
func treeOf(d *pathways.Definition) *node {
	text, err := json.Marshal(d)
	if err != nil {
		panic(fmt.Sprintf("compare: %s cannot be written as JSON: %v", d.Pathway, err)) // Digest has the same need
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var raw map[string]any
	if err := dec.Decode(&raw); err != nil {
		panic(fmt.Sprintf("compare: %s cannot be read as JSON: %v", d.Pathway, err))
	}
	delete(raw, "version")
	return grow(raw, 0)
}

// grow makes a node. What has no line of its own has that of what it stands in.
func grow(raw any, line int) *node {
	switch v := raw.(type) {
	case map[string]any:
		if n, ok := v["line"].(json.Number); ok {
			if i, err := n.Int64(); err == nil {
				line = int(i)
			}
			delete(v, "line")
		}
		n := &node{fields: map[string]*node{}, line: line}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			n.fields[key] = grow(v[key], line)
		}
		return n
	case []any:
		n := &node{isList: true, line: line}
		for _, item := range v {
			n.items = append(n.items, grow(item, line))
		}
		return n
	}
	return &node{value: raw, line: line}
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

// canonical writes all that the node says, lines aside: two nodes that say the same are equal.
func (n *node) canonical() string {
	var b strings.Builder
	n.write(&b)
	return b.String()
}

func (n *node) write(b *strings.Builder) {
	switch {
	case n == nil:
		b.WriteString("null")
	case n.isObject():
		for _, key := range slices.Sorted(maps.Keys(n.fields)) {
			fmt.Fprintf(b, "{%q:", key)
			n.fields[key].write(b)
			b.WriteByte('}')
		}
	case n.isList:
		b.WriteByte('[')
		for _, item := range n.items {
			item.write(b)
			b.WriteByte(',')
		}
		b.WriteByte(']')
	default:
		fmt.Fprintf(b, "%T %v", n.value, n.value)
		if s, ok := n.value.(string); ok {
			fmt.Fprintf(b, " %q", s)
		}
	}
}

// keyNames are the fields by which the items of a list are known.
var keyNames = []string{"id", "name", "language", "part"}

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
