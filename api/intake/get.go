package intake

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/store"
)

// InboundDetail is an inbound message with its text.
type InboundDetail struct {
	store.InboundMessage
	Text string `json:"text" doc:"The message as it came, undecodable bytes replaced"`
}

func registerGet(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "get-inbound", Path: "/intake/messages/{id}", Tag: tag, Summary: "Show a message as it came, with its fate"}, d.get)
}

func (d Deps) get(ctx context.Context, in *rest.ByID) (*rest.One[InboundDetail], error) {
	m, err := d.Store.Inbound(ctx, in.ID)
	return rest.OneOf(InboundDetail{InboundMessage: m, Text: string(m.Raw)}, err)
}
