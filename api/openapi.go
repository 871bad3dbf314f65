package api

import (
	"encoding/json"
	"fmt"

	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"throughline/api/rest"
)

// OpenAPI gives the document that describes the API, indented, without a server.
func OpenAPI() ([]byte, error) {
	gin.SetMode(gin.ReleaseMode)
	a := humagin.New(gin.New(), rest.Config("Throughline", "1", description))
	register(a, &Config{})
	text, err := json.MarshalIndent(a.OpenAPI(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the OpenAPI document: %w", err)
	}
	return append(text, '\n'), nil
}
