package floors

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// module is the path of the project's module, with which its packages begin.
const module = "throughline/"

// rows says on which floor a folder and everything below it lives; the longest
// row that fits counts. Packages under one row may import each other, since Go
// itself refuses cycles.
var rows = []row{
	{"bench", 8}, {"deploy", 8}, {"e2e", 8}, {"floors", 8}, // nothing imports these
	{"store/storetest", 8}, // only tests do: it starts a database
	{"api/apitest", 9},     // only tests do: it starts the API on one
	{"cmd", 7},
	{"app", 6},
	{"api", 5}, {"intake/router", 5}, {"migration", 4}, {"proof", 5}, {"worker", 5},
	{"activities", 4}, {"embedded", 4},
	{"directory", 3}, {"identity", 3}, {"intake/fhir", 3}, {"intake/hl7v2", 3},
	{"notify", 3}, {"pathways/simulate", 3}, {"pathways/verify", 3}, {"store", 3}, {"web", 3}, {"workflows", 3},
	{"pathways/engine", 2}, {"pathways/compare", 2}, {"pathways/sop", 2}, {"pathways/questionnaire", 2}, {"pathways/starter", 2},
	{"pathways", 1},
	{"care", 0},
}

type row struct {
	folder string
	floor  int
}

// owners says who alone may import a dependency and what lies below it, tests
// included.
var owners = []owner{
	{"gorm.io", []string{"store"}},
	{"go.temporal.io/server", []string{"embedded/temporal"}},
	{"go.temporal.io/sdk", []string{"activities", "app", "bench", "embedded/temporal", "worker", "workflows"}},
	{"go.temporal.io/api", []string{"activities", "app", "bench", "embedded/temporal", "worker", "workflows"}},
}

type owner struct {
	dependency string
	folders    []string
}

// purity says what the code of a folder, tests apart, must not import itself.
var purity = []purityRule{
	{"pathways", []string{"os", "net", "math/rand", "go.temporal.io"}},
	{"workflows", []string{"os", "net", "math/rand", "database/sql"}},
}

type purityRule struct {
	folder    string
	forbidden []string
}

// serverCompilers are the folders whose tests or programs may compile the
// Temporal server. Everywhere else tests must stay quick.
var serverCompilers = []string{"app", "bench", "cmd", "e2e", "embedded/temporal"}

// listed is what the go command tells about a package.
type listed struct {
	ImportPath   string
	Standard     bool
	Imports      []string
	TestImports  []string
	XTestImports []string
	Deps         []string
}

func (p listed) ours() bool { return strings.HasPrefix(p.ImportPath, module) }

// folder is the package's place below the root, "store/migrations". What is
// built for a test, "store.test" or "store_test [store.test]", lies where the
// package lies.
func (p listed) folder() string {
	folder, _, _ := strings.Cut(strings.TrimPrefix(p.ImportPath, module), " ")
	return strings.TrimSuffix(strings.TrimSuffix(folder, ".test"), "_test")
}

func rowOf(folder string) (row, bool) {
	fitting := slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return !within(folder, r.folder) })
	if len(fitting) == 0 {
		return row{}, false
	}
	return slices.MaxFunc(fitting, func(a, b row) int { return cmp.Compare(len(a.folder), len(b.folder)) }), true
}

// within tells whether path is parent or lies below it.
func within(path, parent string) bool {
	return path == parent || strings.HasPrefix(path, parent+"/")
}

func withinAny(path string, parents []string) bool {
	return slices.ContainsFunc(parents, func(parent string) bool { return within(path, parent) })
}

// brokenFloors lists imports that do not lead to a lower floor.
func brokenFloors(packages []listed) []string {
	var broken []string
	for _, p := range packages {
		if !p.ours() {
			continue
		}
		from, ok := rowOf(p.folder())
		if !ok {
			broken = append(broken, p.folder()+" has no floor: give it a row in floors/rules_test.go")
			continue
		}
		for _, imported := range p.Imports {
			folder, ours := strings.CutPrefix(imported, module)
			if !ours {
				continue
			}
			if to, ok := rowOf(folder); ok && to != from && to.floor >= from.floor {
				broken = append(broken, fmt.Sprintf("%s (floor %d) imports %s (floor %d)", p.folder(), from.floor, folder, to.floor))
			}
		}
	}
	return broken
}

// brokenOwners lists imports of a dependency by a package that may not.
func brokenOwners(packages []listed) []string {
	var broken []string
	for _, p := range packages {
		if !p.ours() {
			continue
		}
		imports := slices.Concat(p.Imports, p.TestImports, p.XTestImports)
		for _, o := range owners {
			if withinAny(p.folder(), o.folders) {
				continue
			}
			for _, imported := range imports {
				if within(imported, o.dependency) {
					broken = append(broken, fmt.Sprintf("%s imports %s, which is for %s only", p.folder(), imported, strings.Join(o.folders, ", ")))
				}
			}
		}
	}
	return broken
}

// brokenPurity lists imports that let the outside world into a pure package.
func brokenPurity(packages []listed) []string {
	var broken []string
	for _, p := range packages {
		if !p.ours() {
			continue
		}
		for _, rule := range purity {
			if !within(p.folder(), rule.folder) {
				continue
			}
			for _, imported := range p.Imports {
				if withinAny(imported, rule.forbidden) {
					broken = append(broken, fmt.Sprintf("%s imports %s", p.folder(), imported))
				}
			}
		}
	}
	return broken
}

// brokenVocabulary lists what care needs beyond the standard library, however
// indirectly.
func brokenVocabulary(packages []listed) []string {
	standard := map[string]bool{}
	for _, p := range packages {
		standard[p.ImportPath] = p.Standard
	}
	var broken []string
	for _, p := range packages {
		if !p.ours() || !within(p.folder(), "care") {
			continue
		}
		for _, dependency := range p.Deps {
			if !standard[dependency] && !within(dependency, module+"care") {
				broken = append(broken, fmt.Sprintf("%s needs %s, which is not in the standard library", p.folder(), dependency))
			}
		}
	}
	return broken
}

// brokenReach lists packages and test binaries that compile the Temporal
// server without being meant to, and pathways that reach Temporal at all. Of
// the many packages of a dependency it names the first.
func brokenReach(packages []listed) []string {
	var broken []string
	for _, p := range packages {
		if !p.ours() {
			continue
		}
		out := forbiddenReach(p.folder())
		reached := slices.IndexFunc(p.Deps, func(dependency string) bool { return out != "" && within(dependency, out) })
		if reached >= 0 {
			broken = append(broken, fmt.Sprintf("%s reaches %s", p.ImportPath, p.Deps[reached]))
		}
	}
	return broken
}

// forbiddenReach gives the dependency that a folder must not reach, however
// indirectly.
func forbiddenReach(folder string) string {
	switch {
	case withinAny(folder, []string{"care", "pathways"}):
		return "go.temporal.io"
	case withinAny(folder, serverCompilers):
		return ""
	default:
		return "go.temporal.io/server"
	}
}

// clockReads lists where a file reads the clock or waits for it. Deadlines and
// events are given to the core; it never asks what time it is.
func clockReads(name string, source []byte) ([]string, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("parsing %s: %w", name, err)
	}
	local, imported := importedAs(file, "time")
	if !imported {
		return nil, nil
	}
	if local == "." {
		return []string{name + " imports time with a dot, which hides what is called"}, nil
	}
	readers := []string{"After", "AfterFunc", "NewTicker", "NewTimer", "Now", "Since", "Sleep", "Tick", "Until"}
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok || !slices.Contains(readers, selector.Sel.Name) {
			return true
		}
		if of, ok := selector.X.(*ast.Ident); ok && of.Name == local {
			found = append(found, fmt.Sprintf("%s reads the clock: time.%s", files.Position(selector.Pos()), selector.Sel.Name))
		}
		return true
	})
	return found, nil
}

// importedAs gives the name under which a file knows a package.
func importedAs(file *ast.File, path string) (name string, ok bool) {
	for _, spec := range file.Imports {
		if unquoted, err := strconv.Unquote(spec.Path.Value); err != nil || unquoted != path {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name, true
		}
		return path, true
	}
	return "", false
}
