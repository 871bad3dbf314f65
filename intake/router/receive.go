package router

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"throughline/care"
	"throughline/intake/fhir"
	"throughline/intake/hl7v2"
	"throughline/store"
)

// HL7 takes one HL7 v2 message or a batch. Every message is stored before it is acknowledged; the
// acknowledgements come back in order, separated as segments are, and one for bytes that hold no
// message too. The error says that a message could not be stored, which its acknowledgement says
// as well: the sender has to send it again.
func (r *Router) HL7(ctx context.Context, raw []byte, source string) (acks []byte, fates []Fate, err error) {
	batch, splitErr := hl7v2.Split(raw)
	if splitErr != nil {
		batch = hl7v2.Batch{Messages: [][]byte{raw}} // kept, and refused in its acknowledgement
	}
	var out bytes.Buffer
	for i, one := range batch.Messages {
		var odd []string
		if i == 0 {
			odd = batch.Warnings // with the first, since there is no better place
		}
		fate, ack, storeErr := r.takeHL7(ctx, one, source, odd)
		fates = append(fates, fate)
		out.Write(ack)
		err = errors.Join(err, storeErr)
	}
	return out.Bytes(), fates, err
}

// takeHL7 stores one message, acts on it where it can, and gives its acknowledgement.
func (r *Router) takeHL7(ctx context.Context, raw []byte, source string, odd []string) (Fate, []byte, error) {
	now := r.Now().UTC()
	receipt := hl7v2.Receive(raw, hl7v2.Options{Zone: r.Zone}, now)
	in := receipt.Inbound
	if in.Source != "" {
		source = in.Source
	}
	fate, err := r.take(ctx, store.NewInbound{
		DedupKey: receipt.Key, Format: store.FormatHL7v2, Kind: in.Kind, ControlID: in.ControlID, Source: source, Raw: raw, ReceivedAt: now,
		Status: care.InboundReceived,
	}, receipt.Err, in.Ignored, odd)
	return fate, receipt.Ack(now, err), err
}

// FHIR takes a Bundle or a single resource. The error says what is wrong with it; it is kept all
// the same, and its fate says under which id. Without an id it is not stored.
func (r *Router) FHIR(ctx context.Context, body []byte, source string) (Fate, error) {
	inbound, problem := fhir.Interpret(body, fhir.Options{Zone: r.Zone, Source: source})
	in := store.NewInbound{DedupKey: fhir.DedupKey(body), Format: store.FormatFHIR, Kind: "fhir", Source: source, Raw: body, ReceivedAt: r.Now().UTC(), Status: care.InboundReceived}
	ignored := "Nothing in it concerns a patient."
	for _, one := range inbound {
		in.Kind, in.ControlID = one.Kind, one.ControlID
		if one.Ignored == "" {
			ignored = ""
		} else if ignored != "" {
			ignored = one.Ignored
		}
	}
	fate, err := r.take(ctx, in, problem, ignored, nil)
	if err != nil {
		return fate, err
	}
	return fate, problem
}

// take makes a message durable and acts on it at once. What cannot be worked on now stays in the
// inbox. The error means that it is not stored.
func (r *Router) take(ctx context.Context, in store.NewInbound, problem error, ignored string, odd []string) (Fate, error) {
	switch {
	case problem != nil:
		in.Status, in.Reason = care.InboundFailed, problem.Error()
	case ignored != "":
		in.Status, in.Reason = care.InboundIgnored, ignored
	}
	in.Reason = sentences(in.Reason, odd)
	in.TakenUp = true
	stored, duplicate, err := r.Store.Receive(ctx, in)
	if err != nil {
		return Fate{}, fmt.Errorf("storing a message: %w", err)
	}
	fate := Fate{MessageID: stored.ID, Kind: stored.Kind, ControlID: stored.ControlID, Status: stored.Status, Reason: stored.Reason, Duplicate: duplicate}
	// A first one that still waits is being worked on, or will be.
	if duplicate || stored.Status != care.InboundReceived {
		return fate, nil
	}
	return r.work(ctx, stored, odd), nil
}
