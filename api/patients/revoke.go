package patients

import (
	"context"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
)

type revokeInput struct {
	rest.ByID
	Consent string `path:"consent" maxLength:"64" doc:"The consent's id"`
}

func registerRevoke(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "revoke-consent", Path: "/patients/{id}/consents/{consent}/revoke", Tag: tag, Summary: "Record that a patient takes a consent back",
		Text: "What was built on it stops at once: referrals for the purpose end, and their links no longer work.",
	}, d.revoke)
}

func (d Deps) revoke(ctx context.Context, in *revokeInput) (*rest.One[care.Consent], error) {
	all, err := d.Store.Consents(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(c care.Consent) bool { return c.ID == in.Consent })
	if i < 0 {
		return nil, care.Errorf(care.NotFound, "there is no such consent")
	}
	c := all[i]
	if c.RevokedAt == nil {
		now := d.Now().UTC()
		c.RevokedAt = &now
		if err := d.Store.PutConsent(ctx, c); err != nil {
			return nil, err
		}
	}
	ev := engine.Event{ID: "consent-revoked:" + c.ID, Kind: engine.ConsentRevoked, Purpose: c.Purpose}
	return rest.OneOf(c, d.tellRunning(ctx, in.ID, ev))
}
