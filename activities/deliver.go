package activities

import (
	"context"
	"fmt"
	"time"

	"throughline/care"
	"throughline/notify"
	"throughline/pathways/engine"
	"throughline/workflows"
)

// deliver sends one message once. What cannot succeed is a result; an error asks for another attempt.
//
// The attempt is recorded before it is made. A process that dies in between leaves it open, and the
// next one finds it so: the message may have been sent, a person decides, nothing repeats it.
func (a *Activities) deliver(ctx context.Context, out workflows.Outgoing, about matter) (engine.Delivery, error) {
	defer beat(ctx)()
	m := out.Message
	if stopped, late := engine.TooLate(m, a.c.Now()); late {
		return stopped, nil
	}
	to, err := a.c.Recipients.Recipient(ctx, m)
	if err != nil {
		return a.unable(ctx, "finding the recipient", err)
	}
	channel := a.channel(to.Address)
	if channel == nil {
		return engine.Delivery{Status: care.MessageFailed, Detail: "there is no address to send it to"}, nil
	}
	letter, err := a.compose(ctx, out, to, about)
	if err != nil {
		return a.unable(ctx, "wording the message", err)
	}
	attempt, settled, err := a.c.Outbox.BeginDelivery(ctx, m.ID, channel.Name())
	if err != nil {
		return a.unable(ctx, "recording the attempt", err)
	}
	if settled != nil {
		return *settled, nil
	}
	return a.attempt(ctx, channel, letter, attempt)
}

// channel picks how the address is reached; nil where it cannot be.
func (a *Activities) channel(to notify.Address) notify.Channel {
	switch {
	case to.Email != "":
		return a.c.Mail
	case to.Account != "":
		return a.c.InApp
	}
	return nil
}

func (a *Activities) attempt(ctx context.Context, channel notify.Channel, letter notify.Message, attempt int) (engine.Delivery, error) {
	result := channel.Deliver(ctx, letter)
	d := engine.Delivery{Status: result.Status, Channel: channel.Name(), Detail: result.Detail}
	a.record(ctx, letter.ID, attempt, d, result.ProviderID)
	if result.Status == notify.Failed && !result.Permanent {
		err := care.Errorf(care.Unavailable, "the message could not be sent: %s", result.Detail)
		return engine.Delivery{}, a.failed(ctx, "sending a message", err)
	}
	return d, nil
}

// How often and for how long the end of an attempt is recorded.
const (
	recordTries = 3
	recordLimit = 10 * time.Second
)

// record writes down what became of an attempt, also where the attempt's own time is up. Where it
// cannot, the result itself still reaches the enrollment; only an attempt that failed and could not
// be recorded will be taken for one that was cut off, which errs on the side of not sending twice.
func (a *Activities) record(ctx context.Context, messageID care.ID, attempt int, d engine.Delivery, providerID string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordLimit)
	defer cancel()
	var err error
	for range recordTries {
		if err = a.c.Outbox.EndDelivery(ctx, messageID, attempt, d, providerID); err == nil {
			return
		}
	}
	a.log(ctx, fmt.Sprintf("the end of attempt %d was not recorded", attempt), err)
}
