package bench

import (
	"context"
	"errors"

	"throughline/activities"
	"throughline/care"
	"throughline/notify"
	"throughline/pathways/engine"
	"throughline/store"
	"throughline/workflows"
)

// pen commits to the real database.
type pen struct{ *store.Store }

// Commit implements activities.Journal.
func (p pen) Commit(ctx context.Context, c workflows.Commit) (workflows.Committed, error) {
	return workflows.Committed{}, p.Store.Commit(ctx, stored(c))
}

func stored(c workflows.Commit) store.Commit {
	return store.Commit{Turn: c.Turn, Definition: store.DefinitionRef(c.Definition)}
}

// outbox records deliveries with the same statements as the app, which looks at the message first.
type outbox struct{ *store.Store }

// BeginDelivery implements activities.Outbox.
func (o outbox) BeginDelivery(ctx context.Context, messageID care.ID, channel string) (int, *engine.Delivery, error) {
	if _, err := o.Message(ctx, messageID); err != nil {
		return 0, nil, err
	}
	d, begun, err := o.Store.BeginDelivery(ctx, messageID, channel)
	if err == nil && !begun {
		err = errors.New("a benchmark's message was tried twice")
	}
	return d.Attempt, nil, err
}

// EndDelivery implements activities.Outbox.
func (o outbox) EndDelivery(ctx context.Context, messageID care.ID, attempt int, d engine.Delivery, providerID string) error {
	return o.Store.EndDelivery(ctx, store.Delivery{
		MessageID: messageID, Attempt: attempt, State: store.DeliveryState(d.Status), Channel: d.Channel, ProviderID: providerID, Detail: d.Detail,
	})
}

// addressBook knows the one patient. The pathways here write to nobody else before a deadline.
type addressBook struct{ *store.Store }

// Recipient implements activities.Recipients.
func (b addressBook) Recipient(ctx context.Context, m care.Message) (activities.Recipient, error) {
	p, err := b.Patient(ctx, m.PatientID)
	if err != nil {
		return activities.Recipient{}, err
	}
	return activities.Recipient{Address: notify.Address{Name: p.GivenName, Email: p.Reach("email")}, Language: p.Language}, nil
}

// nobody is where no referral goes.
type nobody struct{}

// Services implements activities.Directory.
func (nobody) Services(context.Context, string, care.ID, []care.ID) ([]engine.Candidate, error) {
	return nil, nil
}

// ReferralLink implements activities.Links.
func (nobody) ReferralLink(context.Context, care.ID, care.ID) (string, error) {
	return "", errors.New("no benchmark refers anybody")
}

// StartPathway implements workflows.Neighbours: no pathway here starts another.
func (nobody) StartPathway(context.Context, engine.SubLaunch) (workflows.SubStart, error) {
	return workflows.SubStart{Refused: "there is no other pathway"}, nil
}

// EndPathway implements workflows.Neighbours.
func (nobody) EndPathway(context.Context, engine.SubEnd) error { return nil }

// TellParent implements workflows.Neighbours.
func (nobody) TellParent(context.Context, engine.ParentNews) error { return nil }
