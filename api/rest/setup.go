package rest

import (
	"context"
	"reflect"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// tellProblems makes huma tell errors as ours, whatever API they come from: huma has one way for
// the whole process.
var tellProblems = sync.OnceFunc(func() {
	huma.NewError = func(status int, detail string, errs ...error) huma.StatusError {
		return fromHuma(context.Background(), status, detail, errs...) //nolint:forbidigo // huma gives none here
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, detail string, errs ...error) huma.StatusError {
		return fromHuma(ctx.Context(), status, detail, errs...)
	}
})

// BearerScheme names the one way to sign in, in the OpenAPI document.
const BearerScheme = "bearer"

// Config gives huma's configuration: OpenAPI 3.1, problems told our way, no fields of huma's own in
// the answers, no pages that load from elsewhere.
func Config(title, version, description string) huma.Config {
	tellProblems()
	registry := huma.NewMapRegistry("#/components/schemas/", schemaName)
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: title, Version: version, Description: description, License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}},
			Components: &huma.Components{
				Schemas: registry,
				SecuritySchemes: map[string]*huma.SecurityScheme{
					BearerScheme: {Type: "http", Scheme: "bearer", Description: "The administrator's token, from the file admin-token in the data folder, or that of a named person, made by throughline token create."},
				},
			},
		},
		Formats:                      map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	}
}

// language is the package of the pathway language, whose words are also those of running pathways.
const language = "throughline/pathways"

// populations is the package of simulated populations.
const populations = "throughline/pathways/simulate/population"

// schemaName names a type's schema. What a definition consists of is told apart from what runs: a
// DefinitionStep and a Step; and what came of a population from what a person reports.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := huma.DefaultSchemaNamer(t, hint)
	if t.Name() == "" {
		return name
	}
	if t.PkgPath() == language && !strings.HasPrefix(name, "Definition") {
		return "Definition" + name
	}
	if t.PkgPath() == populations && (name == "Report" || name == "Difference") {
		return "Simulated" + name
	}
	return name
}
