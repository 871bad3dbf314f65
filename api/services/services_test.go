package services_test

import (
	"net/http"
	"testing"

	"throughline/api/apitest"
	"throughline/care"
)

const base = "/api/v1/services"

func TestServicesAreAddedAndFound(t *testing.T) {
	s := apitest.New(t)
	var rides care.Service
	s.Post(base, map[string]any{
		"organization": "County", "name": "Rides", "needs": []string{"transportation-insecurity"}, "email": "rides@county.example", "languages": []string{"es"},
	}).Is(http.StatusCreated).Into(&rides)
	s.Post(base, map[string]any{"organization": "Church", "name": "Pantry", "needs": []string{"food-insecurity"}, "status": "inactive"}).Is(http.StatusCreated)
	for filter, want := range map[string]int{"": 2, "?need=food-insecurity": 1, "?status=active": 1, "?q=coun": 1, "?q=zoo": 0, "?limit=1": 1} {
		var found struct{ Items []care.Service }
		s.Get(base + filter).Is(http.StatusOK).Into(&found)
		if len(found.Items) != want {
			t.Errorf("%s: %d", filter, len(found.Items))
		}
	}
	var same care.Service
	s.Get(base + "/" + rides.ID).Is(http.StatusOK).Into(&same)
	if same.Email != "rides@county.example" || same.Status != "active" {
		t.Errorf("%+v", same)
	}
	s.Get(base + "/none").Is(http.StatusNotFound)
	s.Post(base, map[string]any{"organization": "Church", "name": "Pantry", "needs": []string{}}).Is(http.StatusUnprocessableEntity)
}
