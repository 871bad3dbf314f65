package starter

import (
	"embed"
	"fmt"
	"regexp"
	"strings"

	"throughline/care"
)

//go:embed files/*.yaml
var files embed.FS

// File is one file of a new pathway, to be written beside the others.
type File struct {
	Name string // without a directory
	Text []byte
}

var key = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// New gives the files of a pathway with the key: the pathway first, then its scenarios and its
// population. Without a title it is called by its key.
func New(pathway, title string) ([]File, error) {
	if !key.MatchString(pathway) {
		return nil, care.Errorf(care.Invalid, "%q cannot be the key of a pathway: use lower-case letters, digits and hyphens, like stroke-follow-up", pathway).At("pathway")
	}
	if title == "" {
		title = strings.ToUpper(pathway[:1]) + strings.ReplaceAll(pathway[1:], "-", " ")
	}
	if strings.ContainsAny(title, "\"\\\n") {
		return nil, care.Errorf(care.Invalid, "the title %q holds a sign that cannot stand in quotes: leave out \" and \\", title).At("title")
	}
	fill := strings.NewReplacer("KEY", pathway, "TITLE", title)
	var out []File
	for _, f := range []struct{ from, ending string }{{"pathway", ".yaml"}, {"scenarios", ".scenarios.yaml"}, {"population", ".population.yaml"}} {
		text, err := files.ReadFile("files/" + f.from + ".yaml")
		if err != nil {
			return nil, fmt.Errorf("reading what a pathway begins with: %w", err)
		}
		out = append(out, File{Name: pathway + f.ending, Text: []byte(fill.Replace(string(text)))})
	}
	return out, nil
}
