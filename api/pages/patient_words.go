package pages

import (
	"strconv"
	"time"
)

const english = "en"

// Languages are those that the pages for patients and partners speak.
var Languages = []string{english, "es"}

// patientWords are what a patient's page says itself.
type patientWords struct {
	Title, Error                   string
	asks, asksNamed                string // who asks
	Optional, All                  string // which questions must be answered
	Branches, More, DueBy          string
	Problem, Send, Skip            string
	Call, CallUs, Private, Helping string
	OtherLanguage                  string

	Unread, NotKept, NotTaken         string // nothing was taken, and why
	Thanks, Have, Again, Next, Change string
	Unknown, UnknownLead              string
	Expired, ExpiredLead              string
	Over, OverLead                    string
	Later, LaterLead                  string
	Busy, BusyLead                    string

	when func(at time.Time, zone *time.Location) string
}

// Asks says who asks.
func (w patientWords) Asks(organization string) string {
	if organization == "" {
		return w.asks
	}
	return organization + w.asksNamed
}

func wordsFor(language string) patientWords {
	if w, ok := toPatients[primaryOf(language)]; ok {
		return w
	}
	return toPatients[english]
}

var toPatients = map[string]patientWords{
	english: {
		Title: "Questions for you", Error: "Please check",
		asks: "Your care team has a few questions for you.", asksNamed: " has a few questions for you.",
		Optional: "optional", All: "Please answer every question that is not marked optional.",
		Branches: "Depending on your answers we may ask a little more before you are done.",
		More:     "There is a little more to ask because of your answers. What you have answered so far is still here.",
		DueBy:    "Please answer by", Problem: "Some answers need another look", Send: "Send my answers", Skip: "Skip to the questions",
		Call: "Would you rather talk? Call", CallUs: "Would you rather talk? Call your care team.",
		Private:       "Your answers go to your care team and to nobody else. This page does not show who you are.",
		Helping:       "You may help somebody to answer, if they want you to. Then answer for them.",
		OtherLanguage: "This page in other languages",

		Unread: "We could not read what was sent. Please answer once more.", NotKept: "We could not save your answers just now. They are still here: please send them again in a moment.",
		NotTaken: "We could not take this answer. Please look at it once more, or call us.",
		Thanks:   "Thank you", Have: "We have your answers",
		Again:   "These questions have been answered before. Nothing was changed.",
		Next:    "Your care team reads your answers, and gets in touch with you where they need to. You can close this page.",
		Change:  "If you want to change or add something, or if you feel worse, call us.",
		Unknown: "This link is not one of ours", UnknownLead: "Perhaps a part of it is missing. Please open it from the message again, or call us.",
		Expired: "This link has expired", ExpiredLead: "The time to answer here is over. If there is something that we should know, please call us.",
		Over: "These questions are no longer asked", OverLead: "Nothing more is needed from you here. If there is something that we should know, please call us.",
		Later: "Please try again in a moment", LaterLead: "Something on our side does not answer. Nothing was changed.",
		Busy: "Please try again in a minute", BusyLead: "More was asked than we can answer at once. Nothing was changed: if you were sending answers, go back to them and send them again.",
		when: func(at time.Time, zone *time.Location) string {
			return at.In(zone).Format("Monday, January 2 at 3:04 PM")
		},
	},
	"es": {
		Title: "Preguntas para usted", Error: "Por favor, revise",
		asks: "Su equipo de atención tiene unas preguntas para usted.", asksNamed: " tiene unas preguntas para usted.",
		Optional: "opcional", All: "Por favor, responda todas las preguntas que no dicen opcional.",
		Branches: "Según lo que responda, quizá le preguntemos algo más antes de terminar.",
		More:     "Por lo que respondió, tenemos algo más que preguntarle. Lo que ya respondió sigue aquí.",
		DueBy:    "Por favor, responda antes del", Problem: "Algunas respuestas necesitan otra mirada", Send: "Enviar mis respuestas", Skip: "Ir a las preguntas",
		Call: "¿Prefiere hablar? Llame al", CallUs: "¿Prefiere hablar? Llame a su equipo de atención.",
		Private:       "Sus respuestas llegan a su equipo de atención y a nadie más. Esta página no muestra quién es usted.",
		Helping:       "Puede ayudar a otra persona a responder, si ella quiere. Entonces responda por ella.",
		OtherLanguage: "Esta página en otros idiomas",

		Unread: "No pudimos leer lo que se envió. Por favor, responda una vez más.", NotKept: "Ahora no pudimos guardar sus respuestas. Siguen aquí: por favor, envíelas de nuevo en unos minutos.",
		NotTaken: "No pudimos aceptar esta respuesta. Por favor, revísela o llámenos.",
		Thanks:   "Gracias", Have: "Tenemos sus respuestas",
		Again:   "Estas preguntas ya se habían respondido. No se cambió nada.",
		Next:    "Su equipo de atención lee sus respuestas y se comunica con usted si hace falta. Puede cerrar esta página.",
		Change:  "Si quiere cambiar o añadir algo, o si se siente peor, llámenos.",
		Unknown: "Este enlace no es nuestro", UnknownLead: "Quizá falta una parte. Por favor, ábralo otra vez desde el mensaje o llámenos.",
		Expired: "Este enlace ha caducado", ExpiredLead: "El tiempo para responder aquí ha terminado. Si hay algo que debamos saber, por favor llámenos.",
		Over: "Estas preguntas ya no se hacen", OverLead: "No necesitamos nada más de usted aquí. Si hay algo que debamos saber, por favor llámenos.",
		Later: "Por favor, inténtelo de nuevo en unos minutos", LaterLead: "Algo de nuestra parte no responde. No se cambió nada.",
		Busy: "Por favor, inténtelo de nuevo en un minuto", BusyLead: "Nos llegó más de lo que podemos responder a la vez. No se cambió nada: si estaba enviando respuestas, vuelva a ellas y envíelas otra vez.",
		when: inSpanish,
	},
}

var (
	spanishDays   = []string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"}
	spanishMonths = []string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"}
)

// inSpanish says an instant as people here do: "lunes 9 de marzo, 11:59 p. m.".
func inSpanish(at time.Time, zone *time.Location) string {
	local := at.In(zone)
	half := " a. m."
	if local.Hour() >= 12 {
		half = " p. m."
	}
	return spanishDays[local.Weekday()] + " " + strconv.Itoa(local.Day()) + " de " + spanishMonths[local.Month()-1] + ", " + local.Format("3:04") + half
}
