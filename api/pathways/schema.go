package pathways

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/pathways"
)

type schemaOutput struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func registerSchema(a huma.API, d Deps) {
	rest.Get(a, rest.Op{
		ID: "get-pathway-schema", Path: "/pathways/schema", Tag: tag, Summary: "Show the JSON Schema of definitions",
		Text: "For editors: keys, kinds and words as JSON Schema 2020-12. What a schema cannot say, a check does.",
	}, d.schema)
}

func (Deps) schema(context.Context, *struct{}) (*schemaOutput, error) {
	return &schemaOutput{ContentType: "application/schema+json", Body: pathways.Schema()}, nil
}
