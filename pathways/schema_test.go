package pathways

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

const schemaFile = "../docs/pathway.schema.json"

// TestSchemaIsWrittenDown holds the file that editors read to what the types say.
func TestSchemaIsWrittenDown(t *testing.T) {
	if *update {
		if err := os.WriteFile(schemaFile, Schema(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(Schema())); diff != "" {
		t.Errorf("run go test ./pathways -run Schema -update:\n%s", diff)
	}
}

func compiledSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(Schema())))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	if err := compiler.AddResource(SchemaID, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile(SchemaID)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// asJSON reads YAML as an editor does.
func asJSON(src []byte) (any, error) {
	var v any
	if err := yaml.Unmarshal(src, &v); err != nil {
		return nil, err
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
}

// validFiles are definitions and parts that are good.
func validFiles(t testing.TB) map[string][]byte {
	t.Helper()
	files := map[string][]byte{"small": []byte(small), "with parts": []byte(withParts), "written out": []byte(writtenOut), "ladders": []byte(laddersPart), "ask": []byte(askPart)}
	for _, dir := range []string{"library", "library/parts"} {
		entries, err := libraryFiles.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.IsDir() || !isDefinition(e.Name()) {
				continue
			}
			src, err := libraryFiles.ReadFile(dir + "/" + e.Name())
			if err != nil {
				t.Fatal(err)
			}
			files[dir+"/"+e.Name()] = src
		}
	}
	names, err := filepath.Glob("engine/testdata/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no examples of the engine's: %v", err)
	}
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = src
	}
	page, err := os.ReadFile("../docs/pathway-language.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	example, _, _ := strings.Cut(rest, "```")
	files["the page's example"] = []byte(example)
	return files
}

func TestSchemaPassesWhatIsGood(t *testing.T) {
	schema := compiledSchema(t)
	for name, src := range validFiles(t) {
		doc, err := asJSON(src)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSchemaFindsWhatIsWrongInShape counts which of the invalid definitions an editor shows as
// wrong. What it cannot see (a name that nobody declared, an expression) is left to the checker;
// what it can it must go on seeing.
func TestSchemaFindsWhatIsWrongInShape(t *testing.T) {
	schema := compiledSchema(t)
	files, err := filepath.Glob("testdata/invalid/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	shape := regexpOf("unknown key", "must be", "must have", "has no title", "no type \"", "misses", "the type is missing",
		"there is no class", "is no language", "cannot pause", "exactly one thing", "does nothing", "is empty", "cannot be the name of a part",
		"once_per cannot", "consent cannot", "otherwise cannot", "no event is called", "no end is called", "cannot be the key", "a priority is")
	structural, found := 0, 0
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, problems := Load("x", src)
		if !shape.MatchString(problems.Errors().String()) {
			continue
		}
		doc, err := asJSON(src)
		if err != nil {
			continue // no YAML: the editor says so without a schema
		}
		structural++
		if schema.Validate(doc) != nil {
			found++
			continue
		}
		t.Logf("not seen: %s", filepath.Base(file))
	}
	t.Logf("the schema sees %d of %d structural mistakes", found, structural)
	if structural < 60 || found*100 < structural*90 {
		t.Errorf("the schema sees %d of %d structural mistakes, want at least 90 %%", found, structural)
	}
}

// TestSchemaRulesAreOfKeysThatExist keeps a renamed key from losing its rule.
func TestSchemaRulesAreOfKeysThatExist(t *testing.T) {
	var doc struct {
		Defs map[string]struct {
			Properties map[string]json.RawMessage `json:"properties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(Schema(), &doc); err != nil {
		t.Fatal(err)
	}
	for name := range schemaRules {
		typ, key, _ := strings.Cut(name, ".")
		if _, ok := doc.Defs[typ].Properties[key]; !ok {
			t.Errorf("there is no key %s", name)
		}
	}
	if diff := cmp.Diff([]string{KindTask, KindMessage, KindAppointment, KindReferral, KindWait, KindMilestone}, kindKeys()[:6]); diff != "" {
		t.Error(diff)
	}
	if got := reflect.TypeFor[Definition]().NumField(); len(doc.Defs["Definition"].Properties) != got {
		t.Errorf("the schema has %d keys at the top, the type %d", len(doc.Defs["Definition"].Properties), got)
	}
}

func regexpOf(phrases ...string) *regexp.Regexp {
	for i, p := range phrases {
		phrases[i] = regexp.QuoteMeta(p)
	}
	return regexp.MustCompile(strings.Join(phrases, "|"))
}
