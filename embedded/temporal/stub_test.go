//go:build external

package temporal

import (
	"strings"
	"testing"

	"throughline/care"
)

func TestABuildWithoutTheServerSaysWhatToSet(t *testing.T) {
	_, err := Start(t.Context(), Config{})
	if care.CodeOf(err) != care.Unavailable || !strings.Contains(err.Error(), "TEMPORAL_ADDRESS") {
		t.Errorf("Start gives %v", err)
	}
}
