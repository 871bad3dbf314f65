package app

import (
	"net/http"
)

func (a *App) handler() (http.Handler, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("/readyz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("POST /api/v1/intake/hl7v2", func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, r.ContentLength)
		_, _ = r.Body.Read(body)
		acks, _, _ := a.router.HL7(r.Context(), body, "http")
		_, _ = w.Write(acks)
	})
	return mux, nil
}
