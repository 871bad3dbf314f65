package activities

import (
	"context"

	"throughline/pathways/engine"
	"throughline/workflows"
)

// FindServices looks for the services that may meet a need. It implements workflows.Finder.
func (a *Activities) FindServices(ctx context.Context, s engine.Search) ([]engine.Candidate, error) {
	found, err := a.c.Directory.Services(ctx, s.Need, s.PatientID, s.Exclude)
	if err != nil {
		return nil, a.failed(ctx, "finding services", err)
	}
	return found, nil
}

// SendLink asks a service, by a signed link, whether it takes a referral.
func (a *Activities) SendLink(ctx context.Context, out workflows.Outgoing) (engine.Delivery, error) {
	link, err := a.c.Links.ReferralLink(ctx, out.Message.ReferralID, out.Message.ID)
	if err != nil {
		return a.unable(ctx, "making the referral's link", err)
	}
	return a.deliver(ctx, out, link)
}
