package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestAuthoringPageRuns runs what docs/authoring.md tells an author to type before anything is handed
// in, in its order and in an empty directory.
func TestAuthoringPageRuns(t *testing.T) {
	page, err := os.ReadFile("../../docs/authoring.md")
	if err != nil {
		t.Fatal(err)
	}
	before, _, found := strings.Cut(string(page), "## Who does what")
	if !found {
		t.Fatal("the page has no such part any more")
	}
	t.Chdir(t.TempDir())
	ran := 0
	for line := range strings.Lines(before) {
		command, told := strings.CutPrefix(strings.TrimSpace(line), "$ throughline ")
		if !told {
			continue
		}
		ran++
		if status, said := runQuietly(t, words(command)...); status != fine {
			t.Errorf("throughline %s ended with %d and said\n%s", command, status, said)
		}
	}
	if ran < 6 {
		t.Errorf("the page has only %d commands", ran)
	}
}

var word = regexp.MustCompile(`"[^"]*"|\S+`)

// words splits a command as a shell does, as far as the page needs it.
func words(command string) []string {
	found := word.FindAllString(command, -1)
	for i, w := range found {
		found[i] = strings.Trim(w, `"`)
	}
	return found
}

// runQuietly runs a command and gives its exit status, and what it printed on both outputs.
func runQuietly(t *testing.T, args ...string) (int, string) {
	t.Helper()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	stdout, stderr := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = out, out
	defer func() { os.Stdout, os.Stderr = stdout, stderr }()
	status := run(args)
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	said, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return status, string(said)
}

// Found problems and a command that could not run end differently, and both say what they are about.
func TestExitStatuses(t *testing.T) {
	t.Chdir(t.TempDir())
	if status, said := runQuietly(t, "new", "stroke"); status != fine || !strings.Contains(said, "throughline check stroke.yaml") {
		t.Fatalf("new: %d\n%s", status, said)
	}
	good, err := os.ReadFile("stroke.yaml")
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("bad.yaml", strings.Replace(string(good), "2 business days}", "2 working days}", 1))
	write("short.scenarios.yaml", "- {name: a}\n")
	write("short.yaml", strings.Replace(string(good), "pathway: stroke", "pathway: short", 1))
	tests := []struct {
		args   string
		status int
		want   string
	}{
		{"check stroke.scenarios.yaml stroke.population.yaml", fine, "7 scenarios played"},
		{"check bad.yaml", wrong, `bad.yaml:27:41: "2 working days" is not an amount of time (write "2 business days")`},
		{"check --json bad.yaml", wrong, `"line":27,"column":41,`},
		{"check short.yaml", wrong, "short.scenarios.yaml:1:3: the scenario does not say when it starts"},
		{"check strok.yaml", unable, `there is no file strok.yaml (did you mean "stroke.yaml"?)`},
		{"check", unable, "name a file or a directory"},
		{"new stroke", unable, "stroke.yaml is there already: nothing was written"},
		{"simulate stroke.yaml", unable, "give discharged_on, like discharged_on=2025-11-26"},
		{"simulate stroke.yaml --patients 3", unable, "--patients needs --population"},
		{"simulate stroke.yaml --scenarios short.scenarios.yaml", wrong, "short.scenarios.yaml:1:3:"},
		{"compare stroke.yaml bad.yaml", wrong, "Call deadline"},
	}
	for _, tc := range tests {
		if status, said := runQuietly(t, words(tc.args)...); status != tc.status || !strings.Contains(said, tc.want) {
			t.Errorf("throughline %s ended with %d and said\n%s\nwant %d and\n%s", tc.args, status, said, tc.status, tc.want)
		}
	}
}

// A directory stands for the pathways in it, and a scenario for the pathway that it belongs to.
func TestDefinitionFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"a.yaml", "a.scenarios.yaml", "b.yml", "b.population.yml", "notes.md"} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := definitionFiles([]string{"b.population.yml", ".", "-", "none.yaml"})
	if want := "b.yml a.yaml - none.yaml"; err != nil || strings.Join(got, " ") != want {
		t.Errorf("got %q, %v, want %s", got, err, want)
	}
	if _, err := definitionFiles([]string{t.TempDir()}); err == nil || !strings.Contains(err.Error(), "there is no pathway in") {
		t.Errorf("a directory without pathways: %v", err)
	}
}
