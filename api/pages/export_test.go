package pages

import "regexp"

// Colours gives the colours of the style sheet by name, light and dark.
func Colours() []map[string]string {
	var schemes []map[string]string
	for _, block := range regexp.MustCompile(`:root \{[^}]*\}`).FindAllString(styleSheet, -1) {
		colours := map[string]string{}
		for _, c := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6})`).FindAllStringSubmatch(block, -1) {
			colours[c[1]] = c[2]
		}
		schemes = append(schemes, colours)
	}
	return schemes
}
