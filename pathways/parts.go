package pathways

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Part is one version of a reusable part: forms, messages and ladders that several pathways share,
// or a bundle of steps. Once published it never changes.
type Part struct {
	Part    string   `yaml:"part" json:"part"`
	Version int      `yaml:"version" json:"version"`
	Title   string   `yaml:"title" json:"title"`
	Summary string   `yaml:"summary,omitempty" json:"summary,omitempty"`
	Sources []string `yaml:"sources,omitempty" json:"sources,omitempty"`
	// Uses names other parts, which whoever uses this one gets as well.
	Uses []Used `yaml:"uses,omitempty" json:"uses,omitempty"`
	// Parameters are what a pathway may set where it includes the steps: $owner.
	Parameters []Parameter `yaml:"parameters,omitempty" json:"parameters,omitempty"`
	ValueSets  []ValueSet  `yaml:"value_sets,omitempty" json:"value_sets,omitempty"`
	Clocks     []Clock     `yaml:"clocks,omitempty" json:"clocks,omitempty"`
	Ladders    []Ladder    `yaml:"ladders,omitempty" json:"ladders,omitempty"`
	Forms      []Form      `yaml:"forms,omitempty" json:"forms,omitempty"`
	Templates  []Template  `yaml:"messages,omitempty" json:"messages,omitempty"`
	Steps      []Step      `yaml:"steps,omitempty" json:"steps,omitempty"`
}

// Parameter is a text that a bundle leaves open. In its steps and clocks $name stands for it.
type Parameter struct {
	Name string `yaml:"-" json:"name"`
	// Default is what it is where a pathway does not say; empty: a pathway must say.
	Default string `yaml:"default,omitempty" json:"default,omitempty"`
	Label   string `yaml:"label,omitempty" json:"label,omitempty"`
	Line    int    `yaml:"-" json:"line,omitempty"`
}

// Used names a version of a part, written standard-ladders@1. In a definition that was read it also
// carries the digest of what was brought in.
type Used struct {
	Part    string `yaml:"-" json:"part"`
	Version int    `yaml:"-" json:"version"`
	Digest  string `yaml:"-" json:"digest,omitempty"`
	Line    int    `yaml:"-" json:"line,omitempty"`
}

// String writes the name as an author does.
func (u Used) String() string { return u.Part + "@" + strconv.Itoa(u.Version) }

// Include puts the steps of a bundle in the place where it stands.
type Include struct {
	Bundle Used `yaml:"bundle"` // the part whose steps they are, with its version
	// As goes before the id of each step: as: meds makes ask meds_ask.
	As string `yaml:"as"`
	// After names steps that must have ended before those steps of the bundle open that wait for none.
	After []string   `yaml:"after,omitempty"`
	With  []Argument `yaml:"with,omitempty"` // the bundle's parameters, by name
	Line  int        `yaml:"-"`
}

// Argument sets a parameter of a bundle.
type Argument struct {
	Name  string `yaml:"-"`
	Value string `yaml:"-"`
	Line  int    `yaml:"-"`
}

// PartFile is a part as written.
type PartFile struct {
	File   string // what problems call it
	Source []byte
	// Remark is said wherever the part is used, at its place there; an error refuses the use. Zero:
	// there is nothing to say.
	Remark Problem
}

// Parts is where parts come from: the library, a directory, a database.
type Parts interface {
	// Part gives the file of a version of a part; ok is false where there is none.
	Part(name string, version int) (f PartFile, ok bool)
	// Known lists the parts that there are, in an order of its own that never changes.
	Known() []Used
}

// PartSet is parts that are at hand, in the order in which they were given.
type PartSet struct {
	known []Used
	files map[string]PartFile
}

var (
	partLine    = regexp.MustCompile(`(?m)^part:[ \t]*["']?([^\s"'#]+)`)
	versionLine = regexp.MustCompile(`(?m)^version:[ \t]*["']?([0-9]{1,9})`)
	partName    = regexp.MustCompile(`^([a-z][a-z0-9-]*[a-z0-9])@([1-9][0-9]{0,8})$`)
)

// IsPartName tells whether a part may be called so: lower-case letters, digits and hyphens.
func IsPartName(text string) bool {
	_, ok := usedFrom(Used{Part: text, Version: 1}.String())
	return ok
}

// IsPart tells whether a file holds a reusable part rather than a pathway.
func IsPart(src []byte) bool { return partLine.Match(src) }

// NewPartSet gives the parts of the files. The error names a file that does not say which part it
// holds, or that holds one that came before.
func NewPartSet(files ...PartFile) (*PartSet, error) {
	set := &PartSet{files: map[string]PartFile{}}
	for _, f := range files {
		name, version := partLine.FindSubmatch(f.Source), versionLine.FindSubmatch(f.Source)
		if name == nil || version == nil {
			return nil, refusePart(f.File, "it does not say which part it is: begin it with part: and version:")
		}
		number, err := strconv.Atoi(string(version[1]))
		if err != nil {
			return nil, refusePart(f.File, "its version is no number")
		}
		u := Used{Part: string(name[1]), Version: number}
		if before, twice := set.files[u.String()]; twice {
			return nil, refusePart(f.File, fmt.Sprintf("%s is in %s already: a published part never changes, so give this one a new version", u, before.File))
		}
		set.known = append(set.known, u)
		set.files[u.String()] = f
	}
	return set, nil
}

// Part implements Parts.
func (s *PartSet) Part(name string, version int) (PartFile, bool) {
	f, ok := s.files[Used{Part: name, Version: version}.String()]
	return f, ok
}

// Known implements Parts.
func (s *PartSet) Known() []Used { return s.known }

// JoinParts looks for a part in each source in turn.
func JoinParts(sources ...Parts) Parts { return joined(sources) }

type joined []Parts

// Part implements Parts.
func (j joined) Part(name string, version int) (PartFile, bool) {
	for _, parts := range j {
		if f, ok := parts.Part(name, version); ok {
			return f, true
		}
	}
	return PartFile{}, false
}

// Known implements Parts.
func (j joined) Known() []Used {
	var known []Used
	for _, parts := range j {
		known = append(known, parts.Known()...)
	}
	return known
}

// unknownPart says why there is no such part, and what there is.
func unknownPart(parts Parts, u Used) (message, suggestion string) {
	var names, versions []string
	for _, k := range parts.Known() {
		names = append(names, k.Part)
		if k.Part == u.Part {
			versions = append(versions, k.String())
		}
	}
	if len(versions) > 0 {
		return fmt.Sprintf("there is no version %d of the part %s", u.Version, u.Part), "there is " + strings.Join(versions, ", ")
	}
	return fmt.Sprintf("there is no part %q", u.Part), suggest(u.Part, names)
}
