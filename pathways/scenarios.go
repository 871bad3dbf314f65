package pathways

import "fmt"

// LibraryScenarios gives the scenarios that ship beside a pathway of the library, as they are
// written. Package simulate reads and runs them.
func LibraryScenarios(key string) (file string, src []byte, err error) {
	file = "library/" + key + scenarioSuffix
	src, err = libraryFiles.ReadFile(file)
	if err != nil {
		return file, nil, fmt.Errorf("reading the scenarios of %s: %w", key, err)
	}
	return file, src, nil
}

// LibraryPopulation gives the population that ships beside a pathway of the library, as it is
// written. Package simulate/population reads and runs it.
func LibraryPopulation(key string) (file string, src []byte, err error) {
	file = "library/" + key + populationSuffix
	src, err = libraryFiles.ReadFile(file)
	if err != nil {
		return file, nil, fmt.Errorf("reading the population of %s: %w", key, err)
	}
	return file, src, nil
}
