package rest

import (
	"net/http"
	"testing"
)

func TestNoCommandIsCutOffWhileItWorks(t *testing.T) {
	if got := (Op{}).operation(http.MethodPost).BodyReadTimeout; got >= 0 {
		t.Errorf("a request is cancelled %s after its body was begun", got)
	}
}
