package template

import (
	"maps"
	"slices"
)

// Builtin gives the words of a message that every installation sends, in the language where there are any and
// else in English. They are the engine's built-in messages to staff and partners, and the one that asks a
// patient for answers; what else a patient is told stands in the pathway. None says anything of a patient: whoever may know opens the link.
func Builtin(name, language string) (Template, bool) {
	words, known := builtin[name]
	if !known {
		return Template{}, false
	}
	t, translated := words[base(language)]
	if !translated {
		t = words["en"]
	}
	t.Fields = maps.Clone(builtinFields)
	return t, true
}

// LinkLabel says what the link of a built-in message does, in the language where there are words and
// else in English.
func LinkLabel(name, language string) string {
	t, _ := Builtin(name, language)
	return t.LinkLabel
}

// Builtins gives the names that Builtin knows, in no particular order, and the languages each has.
func Builtins() map[string][]string {
	names := map[string][]string{}
	for name, words := range builtin {
		names[name] = slices.Sorted(maps.Keys(words))
	}
	return names
}

var builtinFields = map[string]Class{"organization.name": Organization, "organization.phone": Organization, "emergency": Organization, "link": Link, "due": Deadline}

var builtin = map[string]map[string]Template{
	"staff.reminder": {
		"en": {
			Subject:   "A task is due",
			Text:      "A task of yours is open.{{if .due}} It is due {{.due}}.{{end}}\n\nOpen it to see what is to be done.",
			LinkLabel: "Open the task",
		},
		"es": {
			Subject:   "Una tarea está por vencer",
			Text:      "Tiene una tarea abierta.{{if .due}} Vence: {{.due}}.{{end}}\n\nÁbrala para ver qué hay que hacer.",
			LinkLabel: "Abrir la tarea",
		},
	},
	"staff.warning": {
		"en": {
			Subject:   "A task may become overdue",
			Text:      "A task in your team is still open.{{if .due}} It is due {{.due}}.{{end}}\n\nThere is still time to help.",
			LinkLabel: "Open the task",
		},
		"es": {
			Subject:   "Una tarea podría atrasarse",
			Text:      "Una tarea de su equipo sigue abierta.{{if .due}} Vence: {{.due}}.{{end}}\n\nTodavía hay tiempo para ayudar.",
			LinkLabel: "Abrir la tarea",
		},
	},
	"staff.escalation": {
		"en": {
			Subject:   "A task is overdue",
			Text:      "A task is not done.{{if .due}} It was due {{.due}}.{{end}} It has come to you so that someone decides what happens next.",
			LinkLabel: "See the escalation",
		},
		"es": {
			Subject:   "Una tarea está atrasada",
			Text:      "Una tarea no se ha hecho.{{if .due}} Venció: {{.due}}.{{end}} Le llega a usted para que alguien decida qué sigue.",
			LinkLabel: "Ver la escalación",
		},
	},
	"patient.questionnaire": {
		"en": {
			Subject: "{{.organization.name}} has a few questions for you",
			Text: "We would like to ask you a few short questions.\n\n" +
				"{{if .link}}Open the page and answer them there. You need no account and no password. Or call us{{else}}Please call us{{end}} to answer them: {{.organization.phone}}." +
				"{{if .due}} We wait for your answers until {{.due}}.{{end}}\n\n{{.emergency}}" +
				"{{if .link}}\n\nThis message is for you: please don't forward it. Whoever has the link can answer for you.{{end}}",
			LinkLabel: "Answer the questions",
		},
		"es": {
			Subject: "{{.organization.name}} tiene unas preguntas para usted",
			Text: "Queremos hacerle unas preguntas breves.\n\n" +
				"{{if .link}}Abra la página y respóndalas allí. No necesita cuenta ni contraseña. O llámenos{{else}}Por favor, llámenos{{end}} para responderlas: {{.organization.phone}}." +
				"{{if .due}} Esperamos sus respuestas hasta: {{.due}}.{{end}}\n\n{{.emergency}}" +
				"{{if .link}}\n\nEste mensaje es para usted: por favor, no lo reenvíe. Quien tenga el enlace puede responder por usted.{{end}}",
			LinkLabel: "Responder las preguntas",
		},
	},
	"partner.referral": {
		"en": {
			Subject: "A request for help from {{.organization.name}}",
			Text: "{{.organization.name}} asks whether you can help someone.\n\n" +
				"Open the request to see what is needed, and answer with one tap. You need no account.{{if .due}} Please answer by {{.due}}.{{end}}\n\n" +
				"For the person's privacy, this mail says nothing more. Please don't forward it: the link is yours.",
			LinkLabel: "See the request and answer",
		},
		"es": {
			Subject: "{{.organization.name}} pide su ayuda",
			Text: "{{.organization.name}} pregunta si pueden ayudar a una persona.\n\n" +
				"Abra la solicitud para ver qué se necesita y responda con un toque. No hace falta una cuenta.{{if .due}} Responda, por favor, a más tardar: {{.due}}.{{end}}\n\n" +
				"Por la privacidad de la persona, este correo no dice más. Por favor, no lo reenvíe: el enlace es suyo.",
			LinkLabel: "Ver la solicitud y responder",
		},
	},
}
