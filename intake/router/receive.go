package router

import (
	"bytes"
	"context"
	"fmt"

	"throughline/care"
	"throughline/intake/fhir"
	"throughline/intake/hl7v2"
	"throughline/store"
)

// HL7 takes one HL7 v2 message or a batch. Every message is stored before it is acknowledged; the
// acknowledgements come back in order, separated as segments are. The error is only for bytes that
// could not even be split: the rest is said in the acknowledgements.
func (r *Router) HL7(ctx context.Context, raw []byte, source string) (acks []byte, fates []Fate, err error) {
	batch, err := hl7v2.Split(raw)
	if err != nil {
		fate, ack := r.takeHL7(ctx, raw, source)
		return ack, []Fate{fate}, nil
	}
	var out bytes.Buffer
	for _, one := range batch.Messages {
		fate, ack := r.takeHL7(ctx, one, source)
		fates = append(fates, fate)
		out.Write(ack)
	}
	return out.Bytes(), fates, nil
}

// takeHL7 stores one message, acts on it where it can, and gives its acknowledgement.
func (r *Router) takeHL7(ctx context.Context, raw []byte, source string) (Fate, []byte) {
	now := r.Now().UTC()
	receipt := hl7v2.Receive(raw, hl7v2.Options{Zone: r.Zone}, now)
	in := receipt.Inbound
	if in.Source != "" {
		source = in.Source
	}
	fate, err := r.take(ctx, store.NewInbound{
		DedupKey: receipt.Key, Format: "hl7v2", Kind: in.Kind, ControlID: in.ControlID, Source: source, Raw: raw, ReceivedAt: now,
		Status: care.InboundReceived,
	}, receipt.Err, in.Ignored)
	return fate, receipt.Ack(now, err)
}

// FHIR takes a Bundle or a single resource. The error says what is wrong with it; it is kept all
// the same.
func (r *Router) FHIR(ctx context.Context, body []byte, source string) (Fate, error) {
	inbound, problem := fhir.Interpret(body, fhir.Options{Zone: r.Zone, Source: source})
	in := store.NewInbound{DedupKey: fhir.DedupKey(body), Format: "fhir", Kind: "fhir", Source: source, Raw: body, ReceivedAt: r.Now().UTC(), Status: care.InboundReceived}
	ignored := "nothing in it concerns a patient"
	for _, one := range inbound {
		in.Kind, in.ControlID = one.Kind, one.ControlID
		if one.Ignored == "" {
			ignored = ""
		} else if ignored != "" {
			ignored = one.Ignored
		}
	}
	fate, err := r.take(ctx, in, problem, ignored)
	if err != nil {
		return fate, err
	}
	return fate, problem
}

// take makes a message durable and acts on it at once. What cannot be worked on now stays in the
// inbox. The error means that it is not stored.
func (r *Router) take(ctx context.Context, in store.NewInbound, problem error, ignored string) (Fate, error) {
	switch {
	case problem != nil:
		in.Status, in.Reason = care.InboundFailed, problem.Error()
	case ignored != "":
		in.Status, in.Reason = care.InboundIgnored, ignored
	}
	in.TakenUp = true
	stored, duplicate, err := r.Store.Receive(ctx, in)
	if err != nil {
		return Fate{}, fmt.Errorf("storing a message: %w", err)
	}
	fate := Fate{MessageID: stored.ID, Kind: stored.Kind, ControlID: stored.ControlID, Status: stored.Status, Reason: stored.Reason, Duplicate: duplicate}
	if stored.Status != care.InboundReceived {
		return fate, nil
	}
	if duplicate {
		return fate, nil // the first one is being worked on
	}
	return r.work(ctx, stored), nil
}
