package pathways

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed library/*.yaml
var libraryFiles embed.FS

// scenarioSuffix marks the files beside a definition that say how it must behave.
const scenarioSuffix = ".scenarios.yaml"

// Library gives the definitions that ship, checked, in the order of their keys.
func Library() ([]*Definition, error) {
	files, err := fs.Glob(libraryFiles, "library/*.yaml") // sorted
	if err != nil {
		return nil, fmt.Errorf("listing the library: %w", err)
	}
	var library []*Definition
	for _, file := range files {
		if strings.HasSuffix(file, scenarioSuffix) {
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
