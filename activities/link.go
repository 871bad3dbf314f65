package activities

import (
	"context"
	"fmt"

	"throughline/care"
	"throughline/identity"
	"throughline/pathways"
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
	return a.deliver(ctx, out, matter{page: link})
}

// matter is what a message is about: a page that it leads to, or what a patient's pathway asks and says.
type matter struct {
	page    string
	pathway *pathways.Definition // nil: the message is no patient's
	asked   engine.StepName      // the questions that it leads to; no step: none
}

// leadsTo gives the address that the message in the language leads to; empty where there is none.
func (a *Activities) leadsTo(ctx context.Context, about matter, m care.Message, language string) (string, error) {
	if about.pathway == nil {
		return about.page, nil
	}
	if about.asked.Step == "" {
		return "", nil
	}
	asked := identity.Asked{EnrollmentID: m.EnrollmentID, Step: about.asked.Step, Occurrence: about.asked.Occurrence, Language: language}
	address, err := a.c.Answers.AnswersLink(ctx, asked, m.ID)
	if err != nil {
		return "", fmt.Errorf("making the link to the questions: %w", err)
	}
	return address, nil
}

// emergency is what a patient is told about one: what the pathway says, else the organization.
func (a *Activities) emergency(about matter, language string) string {
	if about.pathway != nil {
		if said := about.pathway.EmergencyIn(language); said != "" {
			return said
		}
	}
	return a.c.Emergency.In(language)
}
