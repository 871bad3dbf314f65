package app

import (
	"context"
	"errors"
	"slices"
	"strings"

	"throughline/care"
	"throughline/identity"
	"throughline/notify"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/store"
	"throughline/workflows"

	"throughline/activities"
)

// journal lets the commit activity write to the store.
type journal struct{ *store.Store }

// Commit implements activities.Journal. What the database has under the turn's number holds.
func (j journal) Commit(ctx context.Context, c workflows.Commit) (workflows.Committed, error) {
	err := j.Store.Commit(ctx, store.Commit{Turn: c.Turn, Definition: store.DefinitionRef(c.Definition)})
	var refused *care.Error
	if !errors.As(err, &refused) || refused.Rule != store.RuleOtherContent {
		return workflows.Committed{}, err
	}
	ahead, ref, err := j.Snapshot(ctx, c.Turn.State.EnrollmentID)
	if err != nil {
		return workflows.Committed{}, err
	}
	// The turn that the history lacks may have moved the enrollment to another version.
	d, err := versionOf(ctx, j.Store, ref)
	if err != nil {
		return workflows.Committed{}, err
	}
	return workflows.Committed{Ahead: &ahead, Definition: d}, nil
}

// versionOf gives the version that a state follows; nil where it is not kept, and only its workflow
// knows it.
func versionOf(ctx context.Context, s *store.Store, ref store.DefinitionRef) (*pathways.Definition, error) {
	d, err := s.DefinitionByDigest(ctx, ref.Digest)
	if care.CodeOf(err) == care.NotFound {
		return nil, nil //nolint:nilnil // none is kept
	}
	return d.Definition, err
}

// outbox lets deliveries be recorded in the store.
type outbox struct{ *store.Store }

// BeginDelivery implements activities.Outbox.
func (o outbox) BeginDelivery(ctx context.Context, messageID care.ID, channel string) (int, *engine.Delivery, error) {
	m, err := o.Message(ctx, messageID)
	if err != nil {
		return 0, nil, err
	}
	if m.Status == care.MessageStopped {
		begun, err := o.DeliveryBegun(ctx, messageID)
		if err != nil {
			return 0, nil, err
		}
		if !begun {
			return 0, &engine.Delivery{Status: care.MessageStopped, Detail: m.Detail}, nil
		}
	}
	d, begun, err := o.Store.BeginDelivery(ctx, messageID, channel)
	if err != nil || begun {
		return d.Attempt, nil, err
	}
	settled := engine.Delivery{Status: care.MessageUnknown, Channel: d.Channel, Detail: "the sending was interrupted"}
	if d.State == store.DeliverySent {
		settled.Status, settled.Detail = care.MessageSent, d.Detail
	}
	if d.State == store.DeliverySending {
		d.State, d.Detail = store.DeliveryUnknown, settled.Detail
		if err := o.Store.EndDelivery(ctx, d); err != nil {
			return 0, nil, err
		}
	}
	return 0, &settled, nil
}

// EndDelivery implements activities.Outbox.
func (o outbox) EndDelivery(ctx context.Context, messageID care.ID, attempt int, d engine.Delivery, providerID string) error {
	return o.Store.EndDelivery(ctx, store.Delivery{
		MessageID: messageID, Attempt: attempt, State: store.DeliveryState(d.Status), Channel: d.Channel, ProviderID: providerID, Detail: d.Detail,
	})
}

// addressBook finds whom a message goes to.
type addressBook struct{ store *store.Store }

// Recipient implements activities.Recipients.
func (b addressBook) Recipient(ctx context.Context, m care.Message) (activities.Recipient, error) {
	kind, id, _ := strings.Cut(m.To, ":")
	switch kind {
	case "patient":
		return b.patient(ctx, m)
	case "service":
		s, err := b.store.Service(ctx, id)
		if err != nil {
			return activities.Recipient{}, err
		}
		to := activities.Recipient{Address: notify.Address{Name: s.Organization, Email: s.Email, Phone: s.Phone}}
		if len(s.Languages) > 0 {
			to.Language = s.Languages[0]
		}
		return to, nil
	case "role":
		return b.role(ctx, id)
	}
	// A single member of staff has no address of their own yet: the role's is theirs too.
	task, err := b.store.Task(ctx, m.TaskID)
	if err != nil {
		return activities.Recipient{}, err
	}
	return b.role(ctx, task.Role)
}

func (b addressBook) patient(ctx context.Context, m care.Message) (activities.Recipient, error) {
	p, err := b.store.Patient(ctx, m.PatientID)
	if err != nil {
		return activities.Recipient{}, err
	}
	return activities.Recipient{
		Address:  notify.Address{Name: p.GivenName, Email: p.Reach("email"), Phone: p.Reach("phone")},
		Language: p.Language,
	}, nil
}

func (b addressBook) role(ctx context.Context, role string) (activities.Recipient, error) {
	email, err := b.store.RoleEmail(ctx, role)
	if err != nil {
		return activities.Recipient{}, err
	}
	return activities.Recipient{Address: notify.Address{Email: email}}, nil
}

// services finds who may meet a need.
type services struct{ store *store.Store }

// Services implements activities.Directory: the active services for the need that can be written
// to, those that speak the patient's language first, then by name.
func (s services) Services(ctx context.Context, need string, patientID care.ID, exclude []care.ID) ([]engine.Candidate, error) {
	found, err := s.store.Services(ctx, need)
	if err != nil {
		return nil, err
	}
	patient, err := s.store.Patient(ctx, patientID)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(v care.Service) bool {
		return v.Status != "active" || v.Email == "" || slices.Contains(exclude, v.ID)
	})
	speaks := func(v care.Service) int {
		if patient.Language == "" || slices.Contains(v.Languages, patient.Language) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(found, func(a, b care.Service) int {
		if d := speaks(a) - speaks(b); d != 0 {
			return d
		}
		return strings.Compare(a.Name, b.Name)
	})
	candidates := make([]engine.Candidate, len(found))
	for i, v := range found {
		candidates[i] = engine.Candidate{ServiceID: v.ID, Name: v.Name}
	}
	return candidates, nil
}

// keepLink notes a partner's link where it can be revoked.
func keepLink(s *store.Store) func(context.Context, identity.Link, care.ID) error {
	return func(ctx context.Context, link identity.Link, referralID care.ID) error {
		return s.PutLink(ctx, store.Link{ID: link.ID, ReferralID: referralID, Purpose: link.Purpose, ExpiresAt: link.ExpiresAt})
	}
}

// keepQuestions notes what a patient's link asks.
func keepQuestions(s *store.Store) func(context.Context, identity.Link, identity.Asked) error {
	return func(ctx context.Context, link identity.Link, asked identity.Asked) error {
		return s.PutLink(ctx, store.Link{
			ID: link.ID, EnrollmentID: asked.EnrollmentID, Step: asked.Step, Occurrence: asked.Occurrence, Language: asked.Language,
			Purpose: link.Purpose, ExpiresAt: link.ExpiresAt,
		})
	}
}
