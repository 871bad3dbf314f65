package pathways

import "fmt"

// Source gives the file of a definition that ships, as written.
func Source(d *Definition) ([]byte, error) {
	src, err := libraryFiles.ReadFile("library/" + d.Pathway + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("reading the file of %s: %w", d.Pathway, err)
	}
	return src, nil
}
