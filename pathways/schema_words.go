package pathways

import (
	"embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
)

// The comments on the types are what an editor shows beside a key: one description, not two.
//
//go:embed definition*.go parts.go
var typeFiles embed.FS

// schemaWords gives the comments on the types and their fields, by "Step" and "Step.After".
func schemaWords() map[string]string {
	words := map[string]string{}
	entries, err := typeFiles.ReadDir(".")
	if err != nil {
		panic(fmt.Sprintf("pathways: listing the types: %v", err)) // they are part of the program
	}
	for _, e := range entries {
		src, err := typeFiles.ReadFile(e.Name())
		if err != nil {
			panic(fmt.Sprintf("pathways: reading the types: %v", err))
		}
		file, err := parser.ParseFile(token.NewFileSet(), e.Name(), src, parser.ParseComments)
		if err != nil {
			panic(fmt.Sprintf("pathways: reading the types: %v", err))
		}
		for _, decl := range file.Decls {
			typeWords(words, decl)
		}
	}
	return words
}

func typeWords(words map[string]string, decl ast.Decl) {
	types, ok := decl.(*ast.GenDecl)
	if !ok || types.Tok != token.TYPE {
		return
	}
	for _, spec := range types.Specs {
		t, ok := spec.(*ast.TypeSpec)
		if !ok {
			continue
		}
		fields, ok := t.Type.(*ast.StructType)
		if !ok {
			continue
		}
		keys := keysOf(fields)
		words[t.Name.Name] = asKeys(commentText(types.Doc), keys)
		for _, f := range fields.Fields.List {
			for _, name := range f.Names {
				words[t.Name.Name+"."+name.Name] = asKeys(strings.TrimSpace(commentText(f.Doc)+" "+commentText(f.Comment)), keys)
			}
		}
	}
}

var yamlTag = regexp.MustCompile("yaml:\"([a-z_]+)")

// keysOf gives the keys of a type's fields by their names in Go.
func keysOf(fields *ast.StructType) map[string]string {
	keys := map[string]string{}
	for _, f := range fields.Fields.List {
		if f.Tag == nil || len(f.Names) != 1 {
			continue
		}
		if m := yamlTag.FindStringSubmatch(f.Tag.Value); m != nil {
			keys[f.Names[0].Name] = m[1]
		}
	}
	return keys
}

var goName = regexp.MustCompile(`\b[A-Z][A-Za-z]+\b`)

// asKeys writes a comment in the words of the file: "When" becomes "when".
func asKeys(comment string, keys map[string]string) string {
	return goName.ReplaceAllStringFunc(comment, func(word string) string {
		if key, ok := keys[word]; ok {
			return key
		}
		return word
	})
}

func commentText(comment *ast.CommentGroup) string {
	return strings.Join(strings.Fields(comment.Text()), " ")
}
