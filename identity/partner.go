package identity

import (
	"context"
	"fmt"
	"time"

	"throughline/care"
)

// PartnerLinks makes the addresses by which partners answer referrals.
type PartnerLinks struct {
	Links *Links
	// Keep notes the link where it can be revoked. The same link again must change nothing.
	Keep func(ctx context.Context, link Link, referralID care.ID) error
	// PublicURL is where people reach the app, without a slash at its end.
	PublicURL string
	// Life is how long a link is good for.
	Life time.Duration
	Now  func() time.Time
}

// ReferralLink gives the address for one message about a referral. The same message again gives an
// address of the same link.
func (p *PartnerLinks) ReferralLink(ctx context.Context, referralID, messageID care.ID) (string, error) {
	link := Link{ID: care.KeyID("link", referralID, messageID), Purpose: PurposeReferral, ExpiresAt: p.Now().Add(p.Life).UTC()}
	token, err := p.Links.Token(link)
	if err != nil {
		return "", err
	}
	if err := p.Keep(ctx, link, referralID); err != nil {
		return "", fmt.Errorf("keeping the partner's link: %w", err)
	}
	return p.PublicURL + "/r/" + token, nil
}
