package floors

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const root = ".."

// skipped folders hold no packages of this module.
var skipped = []string{".git", ".throughline", "bin", "node_modules", "testdata", "tools"}

// sources reads every Go file of the module. Reading them here, rather than
// leaving it to the go command, also tells the test cache what these tests
// depend on.
func sources(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if slices.Contains(skipped, entry.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".go" && entry.Name() != "go.mod" {
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(name)] = source
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// list asks the go command about packages; it compiles nothing.
func list(t *testing.T, arguments ...string) []listed {
	t.Helper()
	sources(t)
	command := exec.CommandContext(t.Context(), "go", append([]string{"list",
		"-json=ImportPath,Standard,Imports,TestImports,XTestImports,Deps"}, arguments...)...)
	command.Dir = root
	var complaint bytes.Buffer
	command.Stderr = &complaint
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &complaint)
	}
	var packages []listed
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
	if !slices.ContainsFunc(packages, listed.ours) {
		t.Fatalf("go list %v names no package of this module", arguments)
	}
	return packages
}

func TestFloors(t *testing.T) {
	packages := list(t, "-deps", "./...")
	report(t, brokenFloors(packages))
	report(t, brokenOwners(packages))
	report(t, brokenPurity(packages))
	report(t, brokenVocabulary(packages))
	report(t, brokenReach(packages))
}

func TestOnlyFewTestsCompileTheServer(t *testing.T) {
	report(t, brokenReach(list(t, "-test", "./...")))
}

func TestExternalBuildLeavesTheServerOut(t *testing.T) {
	for _, p := range list(t, "-tags", "external", "./cmd/...") {
		for _, dependency := range p.Deps {
			if within(dependency, "go.temporal.io/server") {
				t.Errorf("%s compiles %s with the tag external", p.folder(), dependency)
			}
		}
	}
}

func TestPathwaysReadNoClock(t *testing.T) {
	checked := 0
	for name, source := range sources(t) {
		if !within(name, "pathways") || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		checked++
		found, err := clockReads(name, source)
		if err != nil {
			t.Fatal(err)
		}
		report(t, found)
	}
	if checked == 0 {
		t.Error("no file of pathways was checked")
	}
}

func report(t *testing.T, broken []string) {
	t.Helper()
	for _, b := range broken {
		t.Error(b)
	}
}
