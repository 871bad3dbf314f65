package roles_test

import (
	"net/http"
	"testing"

	"throughline/api/apitest"
	"throughline/store"
)

const base = "/api/v1/roles"

func TestAnAddressIsSetByWhoSawTheLast(t *testing.T) {
	s := apitest.New(t)
	first := s.Do(http.MethodPut, base+"/coordinator", map[string]string{"email": "team@hospital.example"}).Is(http.StatusOK)
	etag := first.Header.Get("ETag")
	s.Do(http.MethodPut, base+"/coordinator", map[string]string{"email": "desk@hospital.example"}, "If-Match", etag).Is(http.StatusOK)
	s.Do(http.MethodPut, base+"/coordinator", map[string]string{"email": "other@hospital.example"}, "If-Match", etag).Is(http.StatusPreconditionFailed)
	var all struct{ Items []store.Role }
	s.Get(base).Is(http.StatusOK).Into(&all)
	if len(all.Items) != 1 || all.Items[0] != (store.Role{Role: "coordinator", Email: "desk@hospital.example"}) {
		t.Errorf("%+v", all.Items)
	}
	for _, wrong := range []string{"nobody", "A <a@b.example>", "a@b.example, c@d.example"} {
		s.Do(http.MethodPut, base+"/coordinator", map[string]string{"email": wrong}).Is(http.StatusUnprocessableEntity)
	}
	s.Do(http.MethodPut, base+"/coordinator", map[string]string{"email": ""}).Is(http.StatusOK)
	s.Do(http.MethodPut, base+"/A%20role", map[string]string{"email": ""}).Is(http.StatusUnprocessableEntity)
}
