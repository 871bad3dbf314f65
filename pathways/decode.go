package pathways

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// decoder turns the YAML tree into a Definition by the types in definition.go: it keeps the
// file's order where YAML has names, notes every line, and collects problems instead of stopping
// at the first.
type decoder struct {
	where    *positions
	problems Problems
	lost     bool // a value could not be read
}

func (dec *decoder) fault(at spot, path, message, suggestion string) {
	dec.problems = append(dec.problems, Problem{
		File: dec.where.file, Line: at.line, Column: at.column,
		Path: path, Message: message, Suggestion: suggestion, Severity: SeverityError,
		Excerpt: dec.where.line(at.line),
	})
}

// lose notes that a value could not be read.
func (dec *decoder) lose(n ast.Node, path, message, suggestion string) {
	dec.lost = true
	dec.fault(startOf(n), path, message, suggestion)
}

func (dec *decoder) definition(root ast.Node) *Definition {
	d := &Definition{}
	if entriesOf(root) == nil {
		dec.fault(startOf(root), "", "a pathway is a list of keys with values", "start with pathway:, version: and title:")
		return nil
	}
	dec.structure(root, reflect.ValueOf(d).Elem(), "")
	return d
}

// entriesOf gives the keys and values of a mapping; nil where the node is none.
func entriesOf(n ast.Node) []*ast.MappingValueNode {
	switch x := n.(type) {
	case *ast.MappingNode:
		if x.Values == nil {
			return []*ast.MappingValueNode{}
		}
		return x.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{x}
	}
	return nil
}

// value decodes a node into v by v's type.
func (dec *decoder) value(n ast.Node, v reflect.Value, path string) {
	if isNull(n) {
		dec.fault(dec.where.marks[path].key, path, called(path)+" is empty", "give it a value, or leave the key out")
		dec.lost = true
		return
	}
	if dec.special(n, v, path) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		dec.value(n, v.Elem(), path)
	case reflect.Struct:
		dec.structure(n, v, path)
	case reflect.Slice:
		dec.list(n, v, path)
	case reflect.String:
		dec.text(n, v, path)
	case reflect.Int:
		dec.number(n, v, path)
	case reflect.Float64:
		dec.decimal(n, v, path)
	case reflect.Bool:
		dec.truth(n, v, path)
	case reflect.Interface:
		dec.anything(n, v, path)
	case reflect.Map:
		dec.table(n, v, path)
	}
}

// table decodes names with a value each, whose names are not known before: the facts of a scenario.
func (dec *decoder) table(n ast.Node, v reflect.Value, path string) {
	entries := entriesOf(n)
	if entries == nil {
		dec.lose(n, path, called(path)+" must be names with a value each", "write "+lastOf(path)+": {name: value}")
		return
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(entries)))
	for _, e := range entries {
		sub := join(path, keyOf(e))
		dec.mark(sub, e)
		one := reflect.New(v.Type().Elem()).Elem()
		if list, several := e.Value.(*ast.SequenceNode); several && one.Kind() == reflect.Interface {
			dec.several(list, one, sub)
		} else {
			dec.value(e.Value, one, sub)
		}
		v.SetMapIndex(reflect.ValueOf(keyOf(e)).Convert(v.Type().Key()), one)
	}
}

// several decodes a list of single values: the codes that somebody chose.
func (dec *decoder) several(list *ast.SequenceNode, v reflect.Value, path string) {
	values := make([]any, len(list.Values))
	for i, item := range list.Values {
		dec.value(item, reflect.ValueOf(&values[i]).Elem(), path)
	}
	v.Set(reflect.ValueOf(values))
}

// special decodes the types whose YAML differs from their Go form.
func (dec *decoder) special(n ast.Node, v reflect.Value, path string) bool {
	if reader, ok := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr()); ok {
		if text, single := scalarOf(n); single {
			dec.read(n, reader, text, path)
			return true
		}
	}
	if i, ok := wholeField(v.Type()); ok {
		dec.value(n, v.Field(i), path)
		return true
	}
	switch x := v.Addr().Interface().(type) {
	case *[]string:
		dec.texts(n, v, path)
	case *Given:
		dec.text(n, reflect.ValueOf(&x.From).Elem(), path)
	case *ScoreInput:
		dec.text(n, reflect.ValueOf(&x.From).Elem(), path)
	case *[]int:
		dec.numbers(n, v, path)
	case *CodeList:
		dec.value(n, reflect.ValueOf(&x.Codes).Elem(), path)
	case *Ladder:
		dec.value(n, reflect.ValueOf(&x.Rungs).Elem(), path)
	case *Template:
		dec.wordings(n, x, path)
	case *[]Used:
		dec.usedParts(n, x, path)
	case *Used:
		dec.usedPart(n, x, path)
	case *Argument:
		dec.text(n, reflect.ValueOf(&x.Value).Elem(), path)
	default:
		return false
	}
	return true
}

// wholeField gives the field of a struct that its YAML stands for as a whole, beside the name that
// it has as an item of a list.
func wholeField(t reflect.Type) (int, bool) {
	if t.Kind() != reflect.Struct {
		return 0, false
	}
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("whole") == "yes" {
			return i, true
		}
	}
	return 0, false
}

// read lets a type read itself from a single value.
func (dec *decoder) read(n ast.Node, reader encoding.TextUnmarshaler, text, path string) {
	if err := reader.UnmarshalText([]byte(text)); err != nil {
		dec.fault(startOf(n), path, lastOf(path)+": "+err.Error(), "")
	}
}

// structure decodes a mapping into a struct by its yaml tags.
func (dec *decoder) structure(n ast.Node, v reflect.Value, path string) {
	entries := entriesOf(n)
	if entries == nil {
		dec.lose(n, path, called(path)+" must have keys of its own", keysInWords(fieldsByKey(v.Type()).keys))
		return
	}
	if line := v.FieldByName("Line"); line.IsValid() && line.Int() == 0 {
		setLine(v, dec.where.marks[path].key)
	}
	fields := fieldsByKey(v.Type())
	for _, e := range entries {
		key, at := keyOf(e), startOf(e)
		sub := join(path, key)
		dec.mark(sub, e)
		if end, ok := reflect.TypeAssert[*End](v.Addr()); ok && key == "as" {
			dec.endAs(e.Value, end, sub)
			continue
		}
		index, known := fields.index[key]
		if !known {
			dec.unknownKey(at, path, key, fields.keys)
			continue
		}
		dec.value(e.Value, v.Field(index), sub)
	}
}

func (dec *decoder) unknownKey(at spot, path, key string, keys []string) {
	place := ""
	if path != "" {
		place = " in " + itemInWords(path)
	}
	keys = dec.alsoKnown(path, keys)
	dec.lost = dec.lost || path == "" // all that is below it
	suggestion := keyInstead(key, keys)
	if nearest(key, keys) == "" && strings.Contains(key, " ") {
		suggestion = "a text that holds a comma or a colon stands in quotes"
	}
	dec.fault(at, join(path, key), fmt.Sprintf("unknown key %q%s", key, place), suggestion)
}

// itemInWords counts from one, where a file is a list and a path begins with its item.
func itemInWords(path string) string {
	index, rest, isItem := strings.Cut(strings.TrimPrefix(path, "["), "]")
	n, err := strconv.Atoi(index)
	if !isItem || err != nil || !strings.HasPrefix(path, "[") {
		return path
	}
	return strings.TrimSuffix(fmt.Sprintf("item %d, %s", n+1, strings.TrimPrefix(rest, ".")), ", ")
}

// alsoKnown adds the keys that no tag tells.
func (dec *decoder) alsoKnown(path string, keys []string) []string {
	if strings.HasPrefix(path, "ends[") {
		return append(append([]string{}, keys...), "as")
	}
	return keys
}

// list decodes a slice: a sequence, or, where elements have a name that YAML gives as their key,
// a mapping.
func (dec *decoder) list(n ast.Node, v reflect.Value, path string) {
	if _, named := keyField(v.Type().Elem()); named {
		dec.named(n, v, path)
		return
	}
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		dec.lose(n, path, called(path)+" must be a list", "begin every item with -")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values)))
	for i, item := range seq.Values {
		sub := itemPath(path, i, item)
		if _, twice := dec.where.marks[sub]; twice {
			sub = fmt.Sprintf("%s[%d]", path, i)
		}
		dec.where.marks[sub] = mark{key: startOf(item), value: startOf(item)}
		setLine(v.Index(i), startOf(item))
		dec.value(item, v.Index(i), sub)
	}
}

// keyField gives the field that YAML has as an item's key: its name, or the language it is in.
func keyField(element reflect.Type) (reflect.StructField, bool) {
	if element.Kind() != reflect.Struct {
		return reflect.StructField{}, false
	}
	for _, key := range []string{"Name", "Language"} {
		if f, ok := element.FieldByName(key); ok && f.Tag.Get("yaml") == "-" {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

// itemPath names an item of a list by its id, or by its place.
func itemPath(path string, i int, item ast.Node) string {
	for _, e := range entriesOf(item) {
		if id, ok := scalarOf(e.Value); ok && keyOf(e) == "id" && id != "" {
			return join(path, id)
		}
	}
	return fmt.Sprintf("%s[%d]", path, i)
}

func (dec *decoder) named(n ast.Node, v reflect.Value, path string) {
	entries := entriesOf(n)
	name, _ := keyField(v.Type().Elem())
	if entries == nil && name.Name == "Language" {
		dec.lose(n, path, called(path)+" must be said in each language", "write en: and the words below it, without a hyphen")
		return
	}
	if entries == nil {
		dec.lose(n, path, called(path)+" must be names with what belongs to each", "write a name with a colon, without a hyphen, and what belongs to it below")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(entries), len(entries)))
	for i, e := range entries {
		sub := join(path, keyOf(e))
		dec.mark(sub, e)
		v.Index(i).FieldByIndex(name.Index).SetString(keyOf(e))
		setLine(v.Index(i), startOf(e))
		dec.value(e.Value, v.Index(i), sub)
	}
}

func (dec *decoder) wordings(n ast.Node, t *Template, path string) {
	entries := entriesOf(n)
	if entries == nil {
		dec.lose(n, path, called(path)+" must have its text in each language", "write en: {subject: …, text: …}")
		return
	}
	for _, e := range entries {
		sub := join(path, keyOf(e))
		if key := keyOf(e); key == "subject" || key == "text" {
			dec.fault(startOf(e), path, "the message does not say in which language it is", "write en: and below it subject: and text:")
			return
		}
		dec.mark(sub, e)
		w := Wording{Language: keyOf(e)}
		dec.value(e.Value, reflect.ValueOf(&w).Elem(), sub)
		t.Texts = append(t.Texts, w)
	}
}

// endAs decodes what an end is called: a named end, or {suspend: until <event>}.
func (dec *decoder) endAs(n ast.Node, end *End, path string) {
	if text, ok := scalarOf(n); ok {
		end.As = text
		return
	}
	entries := entriesOf(n)
	if len(entries) == 1 && keyOf(entries[0]) == "suspend" {
		text, _ := scalarOf(entries[0].Value)
		if event, ok := strings.CutPrefix(text, "until "); ok {
			end.Suspend = strings.TrimSpace(event)
			dec.where.marks[path] = mark{key: startOf(n), value: startOf(entries[0].Value)}
			return
		}
	}
	dec.fault(startOf(n), path, "an end is called by a name, or suspends until an event", "write as: completed, or as: {suspend: until encounter.discharged}")
}

func (dec *decoder) text(n ast.Node, v reflect.Value, path string) {
	text, ok := scalarOf(n)
	if !ok {
		dec.lose(n, path, called(path)+" must be a text", textInstead(n))
		return
	}
	if key := swallowed(n, text); key != "" {
		dec.lose(n, path, fmt.Sprintf("%s goes on into the next key", called(path)), "put a comma before "+key+":")
		return
	}
	dec.curly(n, text, path)
	v.SetString(text)
}

// curly warns of a text in the quotes of a word processor, which are no quotes here: patients and
// staff would read them.
func (dec *decoder) curly(n ast.Node, text, path string) {
	if !strings.HasPrefix(text, "“") && !strings.HasPrefix(text, "‘") || !strings.HasSuffix(text, "”") && !strings.HasSuffix(text, "’") {
		return
	}
	dec.fault(startOf(n), path, called(path)+" stands in curly quotes, which are read as a part of it", `write straight quotes: "`+strings.Trim(text, "“”‘’")+`"`)
	dec.problems[len(dec.problems)-1].Severity = SeverityWarning
}

// texts decodes a list of texts; one text stands for a list of one.
func (dec *decoder) texts(n ast.Node, v reflect.Value, path string) {
	nodes := []ast.Node{n}
	if seq, ok := n.(*ast.SequenceNode); ok {
		nodes = seq.Values
	}
	texts := make([]string, 0, len(nodes))
	for i, item := range nodes {
		text, ok := scalarOf(item)
		if !ok {
			dec.lose(item, path, called(path)+" must be a list of texts", "write "+lastOf(path)+": [one, another]")
			continue
		}
		dec.where.marks[fmt.Sprintf("%s[%d]", path, i)] = mark{key: startOf(item), value: startOf(item)}
		texts = append(texts, text)
	}
	v.Set(reflect.ValueOf(texts))
}

func (dec *decoder) number(n ast.Node, v reflect.Value, path string) {
	text, ok := scalarOf(n)
	number, err := strconv.Atoi(text)
	if !ok || err != nil {
		dec.lose(n, path, called(path)+" must be a whole number", "write it in digits, like "+lastOf(path)+": "+wholeNumberIn(text))
		return
	}
	v.SetInt(int64(number))
}

func (dec *decoder) decimal(n ast.Node, v reflect.Value, path string) {
	number, ok := decimalOf(n)
	if !ok {
		dec.lose(n, path, called(path)+" must be a number", "write it in digits, without quotes or a unit, like "+lastOf(path)+": 98.6")
		return
	}
	v.SetFloat(number)
}

// decimalOf gives a number that is one everywhere: neither infinite nor "not a number".
func decimalOf(n ast.Node) (float64, bool) {
	switch n.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
		text, _ := scalarOf(n)
		number, err := strconv.ParseFloat(text, 64)
		return number, err == nil && !math.IsInf(number, 0) && !math.IsNaN(number)
	}
	return 0, false
}

// numbers decodes a list of whole numbers; one number stands for a list of one.
func (dec *decoder) numbers(n ast.Node, v reflect.Value, path string) {
	nodes := []ast.Node{n}
	if seq, ok := n.(*ast.SequenceNode); ok {
		nodes = seq.Values
	}
	v.Set(reflect.MakeSlice(v.Type(), len(nodes), len(nodes)))
	for i, item := range nodes {
		dec.number(item, v.Index(i), path)
	}
}

func (dec *decoder) truth(n ast.Node, v reflect.Value, path string) {
	b, ok := n.(*ast.BoolNode)
	if !ok {
		dec.lose(n, path, called(path)+" must be true or false", "write "+lastOf(path)+": true, without quotes")
		return
	}
	v.SetBool(b.Value)
}

// anything decodes a default. Numbers become float64, as they are after a trip through JSON.
func (dec *decoder) anything(n ast.Node, v reflect.Value, path string) {
	if b, ok := n.(*ast.BoolNode); ok {
		v.Set(reflect.ValueOf(b.Value))
		return
	}
	if number, ok := decimalOf(n); ok {
		v.Set(reflect.ValueOf(number))
		return
	}
	text, ok := scalarOf(n)
	if !ok {
		dec.lose(n, path, called(path)+" must be a single value", "write one, without brackets")
		return
	}
	v.Set(reflect.ValueOf(text))
}

// mark notes where the entry stands.
func (dec *decoder) mark(path string, e *ast.MappingValueNode) {
	m := mark{key: startOf(e), value: startOf(e.Value)}
	if block, ok := e.Value.(*ast.LiteralNode); ok {
		m.value, m.block = spotOf(block.Start), true
	}
	dec.where.marks[path] = m
}

// scalarOf gives a single value as its text.
func scalarOf(n ast.Node) (string, bool) {
	switch x := n.(type) {
	case *ast.StringNode:
		return x.Value, true
	case *ast.LiteralNode:
		return strings.TrimSpace(x.Value.Value), true
	case *ast.IntegerNode:
		return x.Token.Value, true
	case *ast.FloatNode:
		return x.Token.Value, true
	case *ast.BoolNode:
		return x.Token.Value, true
	}
	return "", false
}

func isNull(n ast.Node) bool {
	if n == nil {
		return true
	}
	_, null := n.(*ast.NullNode)
	return null
}

func keyOf(e *ast.MappingValueNode) string {
	if text, ok := scalarOf(e.Key); ok {
		return text
	}
	if e.Key == nil || e.Key.GetToken() == nil {
		return ""
	}
	return e.Key.GetToken().Value
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// lastOf names a part for a person: the last word of its path.
func lastOf(path string) string {
	if cut := strings.LastIndexByte(path, '.'); cut >= 0 {
		return path[cut+1:]
	}
	return path
}

// setLine notes the line of a part that keeps it.
func setLine(v reflect.Value, at spot) {
	if v.Kind() != reflect.Struct {
		return
	}
	if line := v.FieldByName("Line"); line.IsValid() {
		line.SetInt(int64(at.line))
	}
}

// keyed are a struct's fields by their YAML key.
type keyed struct {
	keys  []string
	index map[string]int
}

func fieldsByKey(t reflect.Type) keyed {
	k := keyed{index: map[string]int{}}
	for i := range t.NumField() {
		key, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if key == "" || key == "-" {
			continue
		}
		k.keys = append(k.keys, key)
		k.index[key] = i
	}
	return k
}

// called names a part for a person: the last word of its path, or which item of a list it is.
func called(path string) string {
	last := lastOf(path)
	list, index, isItem := strings.Cut(strings.TrimSuffix(last, "]"), "[")
	if n, err := strconv.Atoi(index); isItem && err == nil {
		return fmt.Sprintf("item %d of %s", n+1, list)
	}
	return last
}

// keysInWords says which keys there are to write, where they are few enough to be read.
func keysInWords(keys []string) string {
	if len(keys) == 0 || len(keys) > 8 {
		return "write keys with their values below it, like id: and task:"
	}
	return "its keys are " + strings.Join(keys, ", ")
}

// textInstead says how what is no text becomes one.
func textInstead(n ast.Node) string {
	if _, list := n.(*ast.SequenceNode); list {
		return "write one, without brackets or hyphens"
	}
	return "a text that holds braces or a colon stands in quotes"
}

var keyWithin = regexp.MustCompile(`\s([a-z_]+):\s`)

// swallowed finds a key in a text without quotes: between braces a comma is missing before it.
func swallowed(n ast.Node, text string) string {
	if s, ok := n.(*ast.StringNode); !ok || s.Token == nil || s.Token.Type != token.StringType {
		return ""
	}
	if m := keyWithin.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}
