package operations

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// Readiness says whether the server can work, part by part.
type Readiness struct {
	Ready bool   `json:"ready"`
	Parts []Part `json:"parts" nullable:"false"`
}

type readyOutput struct {
	Status int
	Body   Readiness
}

func registerReady(a huma.API, d Deps) {
	huma.Register(a, huma.Operation{
		OperationID: "readyz", Method: http.MethodGet, Path: "/readyz", Tags: []string{tag},
		Summary: "Tell whether the server is ready to work", Description: "200 when every part is, else 503 with what it waits for. Needs no sign-in.",
		Responses: map[string]*huma.Response{"503": {Description: "Not ready yet"}},
	}, d.ready)
}

func (d Deps) ready(ctx context.Context, _ *struct{}) (*readyOutput, error) {
	out := &readyOutput{Status: http.StatusOK, Body: Readiness{Ready: true, Parts: []Part{}}}
	if d.Parts != nil {
		out.Body.Parts = append(out.Body.Parts, d.Parts(ctx)...)
	}
	for _, p := range out.Body.Parts {
		if !p.Ready {
			out.Status, out.Body.Ready = http.StatusServiceUnavailable, false
		}
	}
	return out, nil
}
