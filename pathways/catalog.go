package pathways

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
)

//go:embed library/*.yaml library/parts/*.yaml
var libraryFiles embed.FS

// Files beside a definition: what must come of it, and the population to simulate it with.
const (
	scenarioSuffix   = ".scenarios.yaml"
	populationSuffix = ".population.yaml"
)

// Library gives the definitions that ship, checked, in the order of their keys.
func Library() ([]*Definition, error) {
	files, err := fs.Glob(libraryFiles, "library/*.yaml") // sorted
	if err != nil {
		return nil, fmt.Errorf("listing the library: %w", err)
	}
	var library []*Definition
	for _, file := range files {
		if !isDefinition(file) {
			continue
		}
		src, err := libraryFiles.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", file, err)
		}
		d, problems := Load(file, src)
		if err := problems.Err(); err != nil {
			return nil, fmt.Errorf("loading the library: %w", err)
		}
		library = append(library, d)
	}
	return library, nil
}

// libraryParts are the parts that ship. They are read once: they never change.
var libraryParts = sync.OnceValue(func() *PartSet {
	set, err := PartsIn(libraryFiles, "library/parts")
	if err != nil {
		panic("pathways: the parts that ship: " + err.Error()) // a test reads them
	}
	return set
})

// LibraryParts gives the reusable parts that ship.
func LibraryParts() *PartSet { return libraryParts() }

// PartsIn gives the parts whose files stand in a directory, in the order of their names.
func PartsIn(files fs.FS, dir string) (*PartSet, error) {
	names, err := fs.Glob(files, path.Join(dir, "*.yaml")) // sorted
	if err != nil {
		return nil, fmt.Errorf("listing the parts in %s: %w", dir, err)
	}
	var parts []PartFile
	for _, name := range names {
		src, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		parts = append(parts, PartFile{File: name, Source: src})
	}
	return NewPartSet(parts...)
}

// isDefinition tells a definition from the files beside it.
func isDefinition(file string) bool {
	return !strings.HasSuffix(file, scenarioSuffix) && !strings.HasSuffix(file, populationSuffix)
}
