package activities

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"throughline/care"
	"throughline/notify"
	"throughline/notify/template"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/workflows"
)

const toPatient = "patient"

// compose words a message for its recipient. Nothing of a patient is in it: whoever is to know
// follows the link, and says there who they are.
func (a *Activities) compose(ctx context.Context, out workflows.Outgoing, to Recipient, about matter) (notify.Message, error) {
	language := to.Language
	if language == "" {
		language = out.Message.Language
	}
	words, spoken, err := wordsFor(out, language)
	if err != nil {
		return notify.Message{}, err
	}
	link, err := a.leadsTo(ctx, about, out.Message, spoken)
	if err != nil {
		return notify.Message{}, err
	}
	said, err := template.Render(words, template.Input{
		Data: a.values(about, link, spoken), Link: link, Language: spoken, Organization: a.c.Organization,
	})
	if err != nil {
		return notify.Message{}, err
	}
	return notify.Message{ID: out.Message.ID, To: to.Address, Language: spoken, Subject: said.Subject, Text: said.Text, HTML: said.HTML}, nil
}

// values fills the words in. A place that gives no phone number refers to the papers that every
// patient is given.
func (a *Activities) values(about matter, link, language string) map[string]string {
	phone := a.c.Phone
	if phone == "" {
		phone = onThePapers[language]
	}
	return map[string]string{
		"organization.name": a.c.Organization, "organization.phone": phone, "due": "", "link": link, "emergency": a.emergency(about, language),
	}
}

var onThePapers = map[string]string{
	"en": "the number on your discharge papers",
	"es": "el número que figura en sus papeles de alta",
}

// wordsFor finds a message's words: the pathway's own, or one of those that every installation sends.
func wordsFor(out workflows.Outgoing, language string) (words template.Template, spoken string, err error) {
	if out.Template != nil && len(out.Template.Texts) > 0 {
		words, spoken = fromPathway(out.Template, language)
		return words, spoken, nil
	}
	if out.Message.To == toPatient && out.Message.Template == engine.TemplateReminder {
		words, spoken = remindPatient(language)
		return words, spoken, nil
	}
	for _, spoken := range []string{primary(language), english} {
		if words, ok := template.Builtin(out.Message.Template, spoken); ok && has(out.Message.Template, spoken) {
			return words, spoken, nil
		}
	}
	return template.Template{}, "", care.Errorf(care.NotFound, "there are no words for the message %q", out.Message.Template)
}

const english = "en"

func has(name, language string) bool {
	return slices.Contains(template.Builtins()[name], language)
}

// fromPathway takes a pathway's wording in the language, "es" for "es-MX", else in its first one.
func fromPathway(t *pathways.Template, language string) (template.Template, string) {
	w := t.In(language)
	if w.Language != language {
		w = t.In(primary(language))
	}
	return template.Template{
		Subject: dotted(w.Subject), Text: dotted(w.Text), LinkLabel: template.LinkLabel(engine.TemplateQuestionnaire, w.Language), Fields: template.StandardFields(),
	}, w.Language
}

// dotted turns the pathway language's placeholders into those of a template. The checker lets no
// others through; see pathways.Placeholders.
func dotted(words string) string {
	words = organization.ReplaceAllString(words, "{{.organization.name}}")
	return phone.ReplaceAllString(words, "{{.organization.phone}}")
}

var (
	organization = regexp.MustCompile(`\{\{\s*organization\s*\}\}`)
	phone        = regexp.MustCompile(`\{\{\s*phone\s*\}\}`)
)

// remindPatient is what a patient hears where a ladder reminds them: that, and whom to call.
func remindPatient(language string) (template.Template, string) {
	spoken := primary(language)
	w, ok := patientReminder[spoken]
	if !ok {
		spoken, w = english, patientReminder[english]
	}
	w.Fields = template.StandardFields()
	return w, spoken
}

var patientReminder = map[string]template.Template{
	"en": {
		Subject: "A reminder from {{.organization.name}}",
		Text:    "We have something planned with you soon.\n\nIf you have questions, or the time does not suit you, please call us: {{.organization.phone}}.",
	},
	"es": {
		Subject: "Un recordatorio de {{.organization.name}}",
		Text:    "Tenemos algo previsto con usted pronto.\n\nSi tiene preguntas, o si la hora no le conviene, por favor llámenos: {{.organization.phone}}.",
	},
}

func primary(language string) string {
	head, _, _ := strings.Cut(language, "-")
	return strings.ToLower(head)
}
