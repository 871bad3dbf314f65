package parts

import (
	"cmp"
	"slices"

	"throughline/care"
	"throughline/pathways"
	"throughline/store"
)

// shippedNames are the names of the parts that ship.
func shippedNames() []string {
	names := []string{}
	for _, u := range pathways.LibraryParts().Known() {
		names = append(names, u.Part)
	}
	return names
}

// shippedVersions are the versions of a part that ship, the latest first.
func shippedVersions(name string) []store.StoredPart {
	var all []store.StoredPart
	for _, u := range pathways.LibraryParts().Known() {
		if u.Part == name {
			one, _ := shipped(u.Part, u.Version)
			all = append(all, one)
		}
	}
	slices.SortFunc(all, func(a, b store.StoredPart) int { return cmp.Compare(b.Part.Version, a.Part.Version) })
	return all
}

// shipped gives a version that ships: published, since it comes with the program.
func shipped(name string, version int) (store.StoredPart, error) {
	file, ok := pathways.LibraryParts().Part(name, version)
	if !ok {
		return store.StoredPart{}, care.Errorf(care.NotFound, "there is no such part, or no such version of it")
	}
	part, problems := pathways.LoadPart("", file.Source, pathways.LibraryParts())
	return store.StoredPart{
		Part: part, Life: store.Life{Digest: pathways.PartDigest(part), Status: store.DefinitionPublished, Source: file.Source},
	}, problems.Err()
}
