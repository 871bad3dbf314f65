package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"throughline/pathways"
)

// standardInput is the name that stands for it on the command line.
const standardInput = "-"

// readFile reads a file that was named on the command line, or the standard input. That it is not
// there is said with what may have been meant.
func readFile(name string) ([]byte, error) {
	if name == standardInput {
		src, err := io.ReadAll(os.Stdin)
		if err != nil {
			return nil, fmt.Errorf("reading the standard input: %w", err)
		}
		return src, nil
	}
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s is a directory: name a file in it", name)
	}
	src, err := os.ReadFile(filepath.Clean(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, notThere(name)
	case err != nil:
		return nil, fmt.Errorf("reading a file: %w", err)
	}
	return src, nil
}

// notThere says that there is no such file, and which may have been meant.
func notThere(name string) error {
	entries, err := os.ReadDir(filepath.Dir(name))
	if err != nil {
		return fmt.Errorf("there is no file %s, and no directory %s", name, filepath.Dir(name))
	}
	var near []string
	for _, e := range entries {
		if filepath.Ext(e.Name()) == filepath.Ext(name) {
			near = append(near, e.Name())
		}
	}
	if meant := pathways.Suggest(filepath.Base(name), near); meant != "" {
		return fmt.Errorf("there is no file %s (%s)", name, meant)
	}
	return fmt.Errorf("there is no file %s", name)
}

// definitionEndings are those of a pathway's file, and of what stands beside it.
var (
	definitionEndings = []string{".yaml", ".yml"}
	besideEndings     = []string{".scenarios", ".population"}
)

// beside gives the name of a file that stands beside a definition's: stroke.scenarios.yaml.
func beside(file, what string) string {
	ending := filepath.Ext(file)
	return strings.TrimSuffix(file, ending) + "." + what + ending
}

// belongsTo gives the definition's file that a file stands beside; empty for a definition's own.
func belongsTo(file string) string {
	ending := filepath.Ext(file)
	name := strings.TrimSuffix(file, ending)
	for _, b := range besideEndings {
		if of, found := strings.CutSuffix(name, b); found && slices.Contains(definitionEndings, ending) {
			return of + ending
		}
	}
	return ""
}

// definitionFiles are the files to check: those that were named, those in directories that were named,
// and for scenarios and populations the pathway that they belong to; each once.
func definitionFiles(named []string) ([]string, error) {
	var files []string
	add := func(file string) {
		if of := belongsTo(file); of != "" {
			file = of
		}
		if !slices.Contains(files, file) {
			files = append(files, file)
		}
	}
	for _, name := range named {
		info, err := os.Stat(name)
		if name == standardInput || err != nil || !info.IsDir() {
			add(name) // whether it is there, reading tells
			continue
		}
		found, err := yamlIn(name)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			add(f)
		}
	}
	return files, nil
}

func yamlIn(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir) // sorted
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", dir, err)
	}
	var files []string
	for _, e := range entries {
		if !e.IsDir() && slices.Contains(definitionEndings, filepath.Ext(e.Name())) {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("there is no pathway in %s: their files end in .yaml", dir)
	}
	return files, nil
}
