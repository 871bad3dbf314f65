package pathways_test

import (
	"os"
	"strings"
	"testing"

	"throughline/pathways"
)

// pageParts are what every page for staff says, in this order.
var pageParts = []string{
	"## What it is for", "## Who it is for", "## What you will see in your list",
	"## Your three most important moments", "## What to do when", "## What the patient gets",
}

// Every pathway that ships has a page for the staff who work by it. Each role finds there, under its
// own name, every step that is its own, and nothing that the pathway does not hold.
func TestLibraryPages(t *testing.T) {
	library, err := pathways.Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range library {
		t.Run(d.Pathway, func(t *testing.T) {
			src, err := os.ReadFile("library/" + d.Pathway + ".md")
			if err != nil {
				t.Fatal(err)
			}
			page := string(src)
			if !strings.HasPrefix(page, "# "+d.Title+"\n") {
				t.Errorf("the page does not begin with the title %q", d.Title)
			}
			parts := sections(page, "## ")
			for _, heading := range pageParts {
				if strings.TrimSpace(parts[heading]) == "" {
					t.Errorf("the page says nothing under %q", heading)
				}
			}
			if n := strings.Count(parts["## Your three most important moments"], "\n"); n != 4 {
				t.Errorf("there are not three most important moments")
			}
			holdsRoles(t, d, sections(parts["## What you will see in your list"], "### "))
			holdsMessages(t, d, parts["## What the patient gets"])
		})
	}
}

// sections splits a text at its headings of one kind.
func sections(text, heading string) map[string]string {
	parts := map[string]string{}
	current := ""
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, heading) {
			current = strings.TrimSpace(line)
		}
		if current != "" && !strings.HasPrefix(line, heading) {
			parts[current] += line
		}
	}
	for h := range parts {
		parts[h] = "\n" + strings.TrimSpace(parts[h]) + "\n"
	}
	return parts
}

func holdsRoles(t *testing.T, d *pathways.Definition, byRole map[string]string) {
	t.Helper()
	heading := func(role string) string {
		words := strings.ReplaceAll(role, "_", " ")
		return "### " + strings.ToUpper(words[:1]) + words[1:]
	}
	for _, role := range d.Roles() {
		if byRole[heading(role)] == "" {
			t.Errorf("the page says nothing to %s", role)
		}
	}
	titles := map[string]bool{}
	for i := range d.Steps {
		s := &d.Steps[i]
		switch s.Kind() {
		case pathways.KindMessage, pathways.KindWait, pathways.KindMilestone:
			continue
		}
		title := onPage(s)
		titles[title] = true
		if role := d.OwnerOf(s); !strings.Contains(byRole[heading(role)], "**"+title+"**") {
			t.Errorf("%s does not find %q under its name", role, title)
		}
	}
	for role, text := range byRole {
		for line := range strings.Lines(text) {
			_, rest, bold := strings.Cut(line, "- **")
			title, _, _ := strings.Cut(rest, "**")
			if bold && !titles[title] {
				t.Errorf("%s: the pathway has no step %q", role, title)
			}
		}
	}
}

// onPage is how a page names a step.
func onPage(s *pathways.Step) string {
	if s.Kind() == pathways.KindReferral {
		if !s.Referral.NeedIsCode() {
			return "Referral"
		}
		return "Referral for " + strings.ReplaceAll(s.Referral.Need, "-", " ")
	}
	title := s.Title()
	if form, ok := strings.CutPrefix(title, "Questions "); ok {
		return "Questions: " + strings.ReplaceAll(form, "-", " ")
	}
	if key, ok := strings.CutPrefix(title, "Pathway "); ok {
		return "Pathway: " + strings.ReplaceAll(key, "-", " ")
	}
	if scorer, ok := strings.CutPrefix(title, "Score "); ok {
		key, _, _ := strings.Cut(scorer, "@")
		return "Score: " + strings.ToUpper(key)
	}
	return title
}

// holdsMessages asks that the page shows what the patient is sent, as it is written.
func holdsMessages(t *testing.T, d *pathways.Definition, text string) {
	t.Helper()
	for _, tmpl := range d.Templates {
		words := strings.Join(strings.Fields(tmpl.In("en").Text), " ")
		if !strings.Contains(text, words) {
			t.Errorf("the page does not show the message %s", tmpl.Name)
		}
	}
}
