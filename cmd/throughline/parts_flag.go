package main

import (
	"fmt"
	"os"
	"path/filepath"

	"throughline/pathways"
)

// partsFlag names parts of an organization's own, for a command that reads files.
type partsFlag struct {
	Parts string `help:"A directory of reusable parts, besides those that ship." type:"existingdir"`
}

// known gives the library's parts and, before them, those of the directory.
func (f partsFlag) known() (pathways.Parts, error) {
	dir := f.Parts
	if dir == "" {
		return pathways.LibraryParts(), nil
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.yaml")) // sorted
	if err != nil {
		return nil, fmt.Errorf("listing the parts: %w", err)
	}
	var files []pathways.PartFile
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("reading a part: %w", err)
		}
		if pathways.IsPart(src) {
			files = append(files, pathways.PartFile{File: name, Source: src})
		}
	}
	set, err := pathways.NewPartSet(files...)
	if err != nil {
		return nil, fmt.Errorf("reading the parts in %s: %w", dir, err)
	}
	return pathways.JoinParts(set, pathways.LibraryParts()), nil
}

// load reads a definition without errors.
func (f partsFlag) load(file string) (*pathways.Definition, error) {
	src, err := readFile(file)
	if err != nil {
		return nil, err
	}
	parts, err := f.known()
	if err != nil {
		return nil, err
	}
	def, problems := pathways.LoadWith(file, src, parts)
	if errs := problems.Errors(); len(errs) > 0 {
		fmt.Fprintln(os.Stderr, errs)
		return nil, errWrong
	}
	return def, nil
}
