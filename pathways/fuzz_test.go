package pathways

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// corpus are the files to begin from: what ships, what is wrong by hand, and the examples.
func corpus(tb testing.TB) [][]byte {
	tb.Helper()
	var files [][]byte
	for _, src := range validFiles(tb) {
		files = append(files, src)
	}
	names, err := filepath.Glob("testdata/invalid/*.yaml")
	if err != nil {
		tb.Fatal(err)
	}
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			tb.Fatal(err)
		}
		files = append(files, src)
	}
	return append(files, hostile()...)
}

// hostile are files that somebody would write who means harm.
func hostile() [][]byte {
	laughs := "a: &a [x, x]\n"
	for c := 'b'; c < 'j'; c++ {
		laughs += string(c) + ": &" + string(c) + " [*" + string(c-1) + ", *" + string(c-1) + "]\n"
	}
	long := strings.Repeat("a", 100_000)
	texts := []string{
		laughs,
		small + "title: " + long + "\n",
		strings.Replace(small, "Small", long, 1),
		strings.Replace(small, "attempts.live >= 2", strings.Repeat("(", 2_000)+"true"+strings.Repeat(")", 2_000), 1),
		strings.Replace(small, "attempts.live >= 2", strings.Repeat("!", 4_000)+"true", 1),
		strings.Replace(small, "attempts.live >= 2", strings.Repeat("[", 30)+strings.Repeat("]", 30)+" == []", 1),
		strings.Replace(small, "attempts.live >= 2", "["+strings.Repeat("1,", 1_900)+"1].all(a, [1,2,3].all(b, a < b))", 1),
		strings.Replace(small, "1 day", strings.Repeat("9", 5_000)+" days", 1),
		strings.Replace(small, "version: 2", "version: "+strings.Repeat("9", 5_000), 1),
		strings.Replace(small, "default: 3", "default: 1e999999999", 1),
		strings.Replace(small, "default: 3", "default: 0x"+strings.Repeat("f", 5_000), 1),
		strings.Replace(small, "Small", "Sm\x00ll", 1),
		strings.Replace(small, "Small", "Sm\xff\xfell", 1),
		strings.Replace(small, "Small", "Sm\u2028\u202ell", 1),
		small + strings.Repeat("{", 5_000),
		small + strings.Repeat("- ", 5_000),
		small + strings.Repeat("? ", 5_000),
		"{" + numbered("k%d: v, ", 20_000) + "}",
		"[" + numbered("k%d, ", 20_000) + "]",
		numbered("k%d: v\n", 4_900),
		"steps: [" + numbered("{id: s%d, milestone: M}, ", 199) + "]",
		"facts: {" + numbered("f%d: {type: code, values: [a, b], default: a}, ", 2_000) + "}",
		"uses: [" + numbered("p%d@1, ", 5_000) + "]",
		"<<: {<<: {<<: {}}}",
		"%YAML 9.9\n---\n" + small,
		"\ufeff" + small,
	}
	files := make([][]byte, len(texts))
	for i, text := range texts {
		files[i] = []byte(text)
	}
	return files
}

// bound is how long reading and checking a file may take; the largest that ships takes a
// hundredth of it.
const bound = 5 * time.Second

// TestHostileFilesAreReadInTime holds what an attacker may send to a bound in time and memory.
func TestHostileFilesAreReadInTime(t *testing.T) {
	for i, src := range hostile() {
		began := time.Now()
		var problems Problems
		allocated := testing.AllocsPerRun(1, func() { _, problems = Load("hostile.yaml", src) })
		if took := time.Since(began) / 2; took > bound {
			t.Errorf("%d (%.40q…): it took %s", i, src, took)
		}
		if allocated > 20_000_000 {
			t.Errorf("%d (%.40q…): it allocated %.0f times", i, src, allocated)
		}
		if len(problems) > maxProblems || len(problems.String()) > 1<<20 {
			t.Errorf("%d (%.40q…): the answer has %d bytes", i, src, len(problems.String()))
		}
	}
}

// FuzzLoad holds Load to: no panic, bounded time, nothing refused without a place, and what checks
// clean compiles, survives JSON and passes the schema.
func FuzzLoad(f *testing.F) {
	for _, src := range corpus(f) {
		if len(src) <= 16<<10 { // what is longer takes the fuzzer's time and teaches it nothing
			f.Add(src)
		}
	}
	parts := JoinParts(testParts(f), LibraryParts())
	schema := compiledSchema(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		began := time.Now()
		d, problems := LoadWith("fuzz.yaml", src, parts)
		if took := time.Since(began); took > bound {
			t.Errorf("it took %s", took)
		}
		placed(t, problems)
		if IsPart(src) {
			_, problems := LoadPart("fuzz.yaml", src, parts)
			placed(t, problems)
		}
		if len(problems.Errors()) > 0 {
			return
		}
		if d == nil {
			t.Fatal("no definition and no error")
		}
		if _, err := Compile(d); err != nil {
			t.Errorf("it checks clean and does not compile: %v", err)
		}
		if Digest(d) == "" {
			t.Error("no digest")
		}
		if again := Check(d).Errors(); len(again) > 0 {
			t.Errorf("it is good as a file and not as a definition: %s", again)
		}
		if doc, err := asJSON(src); err == nil {
			if err := schema.Validate(doc); err != nil {
				t.Errorf("it is good and the schema refuses it: %v", err)
			}
		}
	})
}

func placed(t *testing.T, problems Problems) {
	t.Helper()
	for _, p := range problems {
		if p.Message == "" || p.Line < 1 || p.Column < 1 {
			t.Errorf("no place or no words: %+v", p)
		}
	}
}

// FuzzExpression holds the expression language to: no panic, bounded time, a refusal has words and
// stands in the text, and one that compiles gives the same answer twice.
func FuzzExpression(f *testing.F) {
	for _, src := range corpus(f) {
		d, _ := Parse("corpus.yaml", src)
		if d == nil || len(d.Steps) > 50 {
			continue
		}
		for _, u := range expressionsOf(d) {
			f.Add(u.text)
		}
	}
	lang, err := newLanguage(exprDefinition())
	if err != nil {
		f.Fatal(err)
	}
	values := known{"complexity": "high", "discharged_on": "2025-11-26", "score": 3, "contact.transport_barrier": true, "visit.barrier": "x"}
	f.Fuzz(func(t *testing.T, text string) {
		began := time.Now()
		compiled, fault := lang.compile(text, anyResult)
		if fault != nil {
			if fault.message == "" || fault.line < 0 || fault.column < 0 {
				t.Errorf("no words or no place: %+v", fault)
			}
			return
		}
		first, why := compiled.eval(lang, values)
		again, _ := compiled.eval(lang, values)
		if took := time.Since(began); took > bound {
			t.Errorf("it took %s", took)
		}
		if first == nil && why.Text == "" {
			t.Error("no value and no reason")
		}
		if !cmp.Equal(first, again) {
			t.Errorf("it gives %v and then %v", first, again)
		}
	})
}
