package compare

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"throughline/pathways"
)

// words reads a value out. Nothing is read out as what it means that nothing is said.
func (w *walk) words(p place, r rule, d *pathways.Definition, n *node) string {
	switch {
	case n == nil && r.absent != "":
		return r.absent
	case n == nil:
		return "not set"
	case n.isObject():
		return w.whole(p, d, n)
	case n.isList:
		items := make([]string, 0, len(n.items))
		for _, item := range n.items {
			items = append(items, w.read(r.say, d, item.text()))
		}
		if len(items) == 0 {
			return "none"
		}
		return strings.Join(items, ", ")
	}
	return w.read(r.say, d, n.text())
}

func (*walk) read(how reading, d *pathways.Definition, text string) string {
	switch how {
	case asCode:
		return pathways.Plain(text)
	case asQuote:
		return oneLine(text)
	case asRole:
		return pathways.RoleInWords(text)
	case asSteps:
		if s := d.StepByID(text); s != nil {
			return pathways.Quoted(s.InWords())
		}
	case asEvent:
		return pathways.EventInWords(text)
	case asMoment:
		return d.MomentInWords(text)
	case asAnchor:
		return d.AnchorInWords(text)
	case asExpr:
		return d.ExpressionInWords(text)
	case asValue:
		return d.WithinInWords(text)
	case asSchedule:
		return named(d, text)
	case asLanguage:
		return pathways.LanguageInWords(text)
	}
	return oneLine(text)
}

// named reads out which clock or form a step has.
func named(d *pathways.Definition, name string) string {
	if k := d.ClockByName(name); k != nil && d.FormByName(name) == nil {
		return d.ClockInWords(k)
	}
	return pathways.Plain(name)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// whole reads out everything that an item says.
func (w *walk) whole(p place, d *pathways.Definition, n *node) string {
	switch p.pattern {
	case "steps.*":
		if s := d.StepByID(n.field("id").text()); s != nil {
			return stepInWords(d, s)
		}
	case "clocks.*":
		if k := d.ClockByName(n.field("name").text()); k != nil {
			return d.ClockInWords(k)
		}
	case "ladders.*.rungs.*":
		return rungInWords(d, n)
	case "ends.*":
		return endInWords(d, n)
	case "launch.unless.*":
		return "if " + d.ExpressionInWords(n.field("when").text()) + ": " + oneLine(n.field("because").text())
	case "forms.*.fields.*":
		return oneLine(n.field("ask").text())
	}
	return w.listed(p, d, n)
}

// listed reads out the fields of an item one by one.
func (w *walk) listed(p place, d *pathways.Definition, n *node) string {
	var parts []string
	for _, name := range names(n, nil) {
		f, at := n.field(name), p.at(name)
		if slices.Contains(keyNames, name) {
			continue
		}
		if isListOfObjects(f) {
			items := make([]string, 0, len(f.items))
			for _, item := range f.items {
				items = append(items, w.whole(at.item(""), d, item))
			}
			parts = append(parts, strings.Join(items, "; "))
			continue
		}
		r := ruleOf(at)
		text := w.words(at, r, d, f)
		if phrase := r.phrase; phrase != "" {
			text = phrase + " " + text
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

func rungInWords(d *pathways.Definition, n *node) string {
	rung := pathways.Rung{
		At: n.field("at").text(), Remind: n.field("remind").text(), Warn: n.field("warn").text(),
		Escalate: n.field("escalate").text(), Reassign: n.field("reassign").text(),
	}
	return d.MomentInWords(rung.At) + ", " + rung.ActInWords()
}

func endInWords(d *pathways.Definition, n *node) string {
	return d.EndInWords(&pathways.End{
		When: n.field("when").text(), On: n.field("on").text(), Clock: n.field("clock").text(),
		As: n.field("as").text(), Suspend: n.field("suspend").text(), Because: n.field("because").text(),
	})
}

// stepInWords is a step in a sentence: who, when, by when.
func stepInWords(d *pathways.Definition, s *pathways.Step) string {
	parts := []string{s.Kind()}
	switch s.Kind() {
	case pathways.KindMessage:
		parts[0] = "a message to " + pathways.RoleInWords(s.Message.To)
	case pathways.KindTask, pathways.KindAppointment, pathways.KindReferral:
		parts[0] = "a " + parts[0] + " for " + pathways.RoleInWords(d.OwnerOf(s))
	default:
		parts[0] = "a " + parts[0]
	}
	parts = append(parts, "opens "+d.OpensInWords(s))
	if due := d.DueInWords(s); due != "" {
		parts = append(parts, "due "+due)
	}
	return strings.Join(parts, "; ")
}

// subject names what a sentence is about.
func (w *walk) subject(p place) string {
	parts := strings.Split(p.path, ".")
	if len(parts) < 2 || parts[0] == "launch" {
		return upperFirst(map[bool]string{true: "launch", false: "pathway"}[parts[0] == "launch"])
	}
	return w.thingAt(parts, w.to, w.from)
}

// thing names an item as the definition has it.
func (w *walk) thing(p place, d *pathways.Definition) string {
	other := w.from
	if d == w.from {
		other = w.to
	}
	return w.thingAt(strings.Split(p.path, "."), d, other)
}

func (w *walk) thingAt(parts []string, d, other *pathways.Definition) string {
	name := parts[1]
	switch parts[0] {
	case "clocks":
		return upperFirst(pathways.Plain(name)) + " deadline"
	case "ladders":
		return "Ladder " + pathways.Plain(name)
	case "steps":
		return stepTitle(name, d, other)
	case "forms":
		return questionOrForm(parts, d, other)
	case "messages":
		text := "Message " + pathways.Quoted(pathways.Plain(name))
		if len(parts) > 3 {
			text += " in " + pathways.LanguageInWords(parts[3])
		}
		return text
	case "facts":
		return "Fact " + pathways.Quoted(d.NameInWords(name))
	case "tracks":
		return "Track " + pathways.Quoted(trackTitle(name, d, other))
	case "ends":
		return "End"
	case "uses":
		return "Reusable part " + pathways.Quoted(pathways.Plain(name))
	case "parameters":
		return "Parameter " + pathways.Quoted(pathways.Plain(name))
	case "launch":
		return "Exclusion"
	}
	return upperFirst(pathways.Plain(parts[0])) + " " + pathways.Plain(name)
}

func stepTitle(id string, d, other *pathways.Definition) string {
	for _, def := range []*pathways.Definition{d, other} {
		if s := def.StepByID(id); s != nil {
			return pathways.Quoted(s.InWords())
		}
	}
	return "Step " + pathways.Plain(id)
}

func trackTitle(name string, d, other *pathways.Definition) string {
	for _, def := range []*pathways.Definition{d, other} {
		for _, t := range def.Tracks {
			if t.Name == name && t.Title != "" {
				return t.Title
			}
		}
	}
	return pathways.Plain(name)
}

func questionOrForm(parts []string, d, other *pathways.Definition) string {
	for _, def := range []*pathways.Definition{d, other} {
		form := def.FormByName(parts[1])
		if form == nil {
			continue
		}
		if len(parts) < 4 {
			return "Form " + pathways.Quoted(firstOf(form.Title, pathways.Plain(form.Name)))
		}
		for _, f := range form.Fields {
			if f.ID == parts[3] {
				return "Question " + pathways.Quoted(f.Ask)
			}
		}
	}
	return "Form " + pathways.Quoted(pathways.Plain(parts[1]))
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// raw writes a part as it stands in the file, for what reads alike and is not.
func (n *node) raw() string {
	switch {
	case n == nil:
		return "not set"
	case n.isList && !isListOfObjects(n):
		items := make([]string, 0, len(n.items))
		for _, item := range n.items {
			items = append(items, item.text())
		}
		return strings.Join(items, ", ")
	case !n.isObject() && !n.isList:
		return n.text()
	}
	text, err := json.Marshal(n.plain())
	if err != nil {
		return n.text()
	}
	return string(text)
}

func (n *node) plain() any {
	switch {
	case n == nil:
		return nil
	case n.isObject():
		out := map[string]any{}
		for name, f := range n.fields {
			out[name] = f.plain()
		}
		return out
	case n.isList:
		out := make([]any, 0, len(n.items))
		for _, item := range n.items {
			out = append(out, item.plain())
		}
		return out
	}
	return n.value
}

// arrow writes "2 → 3 business days": what both have at their end is said once.
func arrow(from, to string) string {
	a, b := strings.Fields(from), strings.Fields(to)
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	if n == 0 || n != len(a)-1 || n != len(b)-1 || !isCount(a[0]) || !isCount(b[0]) {
		return from + " → " + to
	}
	return a[0] + " → " + to
}

func isCount(word string) bool {
	return word != "" && strings.Trim(word, "0123456789") == ""
}

func upperFirst(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return strings.ToUpper(s[:size]) + s[size:]
}
