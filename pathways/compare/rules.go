package compare

import "strings"

// rule says what a part of a definition is about, and how its value is read out.
type rule struct {
	kind     Kind
	severity Severity
	phrase   string // what the value is, after its subject: "owner"
	absent   string // what it means that nothing is said; default: not set
	say      reading
	plural   string // what the items of a list are called
	prose    bool   // sentences: the words that differ are shown
}

// reading says how a value is read out.
type reading int

const (
	asWritten  reading = iota
	asCode             // without underscores
	asQuote            // in quotation marks
	asRole             // the care coordinator
	asSteps            // the titles of steps
	asEvent            // the patient is discharged
	asMoment           // 2 days before …
	asAnchor           // the opening of the step
	asExpr             // a condition
	asValue            // an amount of time, or what gives one; what gives a fact or a need
	asSchedule         // the ladder, form or clock that is named
	asLanguage         // Spanish
)

// orderMatters says of which lists the order of the items changes what happens, and why.
var orderMatters = map[string]string{
	"ends":          "of two that hold at once the first counts",
	"launch.unless": "of two that hold at once the first is the reason recorded",
	"steps":         "steps that open at the same moment open in this order",
	"tracks":        "tracks that start at the same moment start in this order",
	"facts":         "a fact may ask those above it",
}

// orderCounts are the lists of words whose order means something.
var orderCounts = map[string]bool{"languages": true}

// ruleOf finds the rule of a place. What has none of its own may change care: it is better to look
// at a difference that does not matter than to miss one that does.
func ruleOf(p place) rule {
	if r, ok := rules[p.pattern]; ok {
		if r.severity == "" {
			r.severity = Care
		}
		return r
	}
	section, _, _ := strings.Cut(p.pattern, ".")
	kind := sections[section]
	if kind == "" {
		kind = Other
	}
	phrase := strings.TrimPrefix(p.pattern, section)
	phrase = strings.TrimPrefix(strings.ReplaceAll(phrase, ".*", ""), ".")
	if phrase == "" {
		phrase = section
	}
	return rule{kind: kind, severity: Care, phrase: strings.NewReplacer("_", " ", ".", ", ").Replace(phrase), plural: "the items of " + strings.ReplaceAll(p.path, "_", " ")}
}

// sections say what the top parts of a definition are about.
var sections = map[string]Kind{
	"clocks": Clock, "ladders": Ladder, "owner": Owner, "steps": Step, "tracks": Order, "forms": Form, "messages": Message,
	"ends": End, "launch": Launch, "value_sets": Launch, "conforms_to": Claim, "facts": Fact, "languages": Language,
}

// rules are by pattern. No severity means care.
var rules = map[string]rule{
	"pathway":     {kind: Other, phrase: "key"},
	"title":       {kind: Text, severity: Wording, phrase: "title", say: asQuote, prose: true},
	"summary":     {kind: Text, severity: Wording, phrase: "purpose", say: asQuote, prose: true},
	"sources":     {kind: Text, severity: Wording, phrase: "sources"},
	"conforms_to": {kind: Claim, phrase: "what it claims to conform to"},
	"owner":       {kind: Owner, phrase: "who answers for it, and for every step without an owner of its own", say: asRole},
	"calendar":    {kind: Clock, phrase: "calendar", absent: "the organization’s"},
	"languages":   {kind: Language, phrase: "languages", absent: "English", say: asLanguage},

	"uses":           {kind: Other, phrase: "reusable parts"},
	"uses.*":         {kind: Other, plural: "the reusable parts"},
	"uses.*.version": {kind: Other, phrase: "version"},
	"uses.*.digest":  {kind: Other, phrase: "content"},

	// Of a part alone.
	"part":                 {kind: Other, phrase: "name"},
	"parameters":           {kind: Other, phrase: "parameters"},
	"parameters.*":         {kind: Other, plural: "the parameters"},
	"parameters.*.default": {kind: Other, phrase: "default", absent: "none: a pathway has to say"},
	"parameters.*.label":   {kind: Text, severity: Wording, phrase: "what it is", say: asQuote, prose: true},

	"forms.*.intro":                          {kind: Text, severity: Wording, phrase: "what a patient reads first", absent: "nothing", say: asQuote, prose: true},
	"forms.*.thanks":                         {kind: Text, severity: Wording, phrase: "what a patient reads at the end", absent: "the usual thanks", say: asQuote, prose: true},
	"forms.*.translations":                   {kind: Text, severity: Wording, phrase: "translations", absent: "none"},
	"forms.*.translations.*":                 {kind: Text, severity: Wording, plural: "the languages of the form"},
	"forms.*.translations.*.title":           {kind: Text, severity: Wording, phrase: "title", say: asQuote},
	"forms.*.translations.*.intro":           {kind: Text, severity: Wording, phrase: "what a patient reads first", say: asQuote, prose: true},
	"forms.*.translations.*.thanks":          {kind: Text, severity: Wording, phrase: "what a patient reads at the end", say: asQuote, prose: true},
	"forms.*.fields.*.labels":                {kind: Form, severity: Wording, phrase: "what a patient reads for the answers", absent: "the answers themselves"},
	"forms.*.fields.*.help":                  {kind: Form, severity: Wording, phrase: "help", absent: "none", say: asQuote, prose: true},
	"forms.*.fields.*.unit":                  {kind: Form, phrase: "unit", absent: "none"},
	"forms.*.fields.*.translations":          {kind: Form, severity: Wording, phrase: "translations", absent: "none"},
	"forms.*.fields.*.translations.*":        {kind: Form, severity: Wording, plural: "the languages of the question"},
	"forms.*.fields.*.translations.*.ask":    {kind: Form, severity: Wording, phrase: "question", say: asQuote, prose: true},
	"forms.*.fields.*.translations.*.help":   {kind: Form, severity: Wording, phrase: "help", say: asQuote, prose: true},
	"forms.*.fields.*.translations.*.unit":   {kind: Form, phrase: "unit"},
	"forms.*.fields.*.translations.*.labels": {kind: Form, severity: Wording, phrase: "what a patient reads for the answers"},

	"emergency":                  {kind: Message, severity: Wording, phrase: "what is said about an emergency", absent: "what the organization says"},
	"emergency.*":                {kind: Message, severity: Wording, plural: "the languages of what is said about an emergency"},
	"emergency.*.text":           {kind: Message, severity: Wording, phrase: "what is said about an emergency", say: asQuote, prose: true},
	"steps.*.message.questions":  {kind: Message, phrase: "brings the questions of", absent: "none", say: asSteps},
	"value_sets":                 {kind: Launch, phrase: "sets of diagnoses"},
	"value_sets.*":               {kind: Launch, plural: "the sets of diagnoses"},
	"value_sets.*.title":         {kind: Text, severity: Wording, phrase: "title", say: asQuote},
	"value_sets.*.source":        {kind: Text, severity: Wording, phrase: "source", say: asQuote, prose: true},
	"value_sets.*.codes":         {kind: Launch, phrase: "codes"},
	"value_sets.*.codes.*":       {kind: Launch, plural: "the code systems"},
	"value_sets.*.codes.*.codes": {kind: Launch, phrase: "codes"},
	"value_sets.*.except":        {kind: Launch, phrase: "codes left out", absent: "none"},
	"value_sets.*.except.*":      {kind: Launch, plural: "the code systems that codes are left out of"},
	"value_sets.*.sensitive":     {kind: Launch, phrase: "sensitive", absent: "no", say: asCode},

	"launch.on":                     {kind: Launch, phrase: "starts when", say: asEvent},
	"launch.when":                   {kind: Launch, phrase: "only if", absent: "always", say: asExpr},
	"launch.once_per":               {kind: Launch, phrase: "once for each", say: asCode},
	"launch.while_active":           {kind: Launch, phrase: "while other pathways run"},
	"launch.while_active.pathways":  {kind: Launch, phrase: "while one of these runs"},
	"launch.while_active.policy":    {kind: Launch, phrase: "while another runs", say: asCode},
	"launch.unless":                 {kind: Launch, phrase: "who is kept out"},
	"launch.unless.*":               {kind: Launch, plural: "the reasons against a launch"},
	"launch.unless.*.because":       {kind: Launch, severity: Wording},
	"facts":                         {kind: Fact, phrase: "facts"},
	"facts.*":                       {kind: Fact, plural: "the facts"},
	"facts.*.type":                  {kind: Fact, phrase: "type"},
	"facts.*.values":                {kind: Fact, phrase: "values"},
	"facts.*.default":               {kind: Fact, phrase: "where it is not known", absent: "stays unknown", say: asCode},
	"facts.*.from":                  {kind: Fact, phrase: "taken from", absent: "a person gives it", say: asValue},
	"facts.*.required":              {kind: Fact, phrase: "no start without it", absent: "no"},
	"facts.*.label":                 {kind: Text, severity: Wording, phrase: "label", say: asQuote},
	"facts.*.sensitive":             {kind: Fact, phrase: "sensitive", absent: "no", say: asCode},
	"clocks":                        {kind: Clock, phrase: "clocks"},
	"clocks.*":                      {kind: Clock, plural: "the clocks"},
	"clocks.*.within":               {kind: Clock, say: asValue},
	"clocks.*.from":                 {kind: Clock, phrase: "counted from", say: asAnchor},
	"clocks.*.pause":                {kind: Clock, phrase: "pauses", absent: "with enrollment"},
	"clocks.*.source":               {kind: Text, severity: Wording, phrase: "source", say: asQuote, prose: true},
	"clocks.*.counts_from":          {kind: Clock, phrase: "an act counts from", absent: "the day itself"},
	"clocks.*.not_after":            {kind: Clock, phrase: "not after", absent: "no other limit", say: asAnchor},
	"ladders":                       {kind: Ladder, phrase: "ladders"},
	"ladders.*":                     {kind: Ladder, plural: "the ladders"},
	"ladders.*.rungs":               {kind: Ladder, phrase: "rungs"},
	"ladders.*.rungs.*":             {kind: Ladder, plural: "the rungs"},
	"forms":                         {kind: Form, phrase: "forms"},
	"forms.*":                       {kind: Form, plural: "the forms"},
	"forms.*.title":                 {kind: Text, severity: Wording, phrase: "title", say: asQuote},
	"forms.*.fields":                {kind: Form, phrase: "questions"},
	"forms.*.fields.*":              {kind: Form, plural: "the questions"},
	"forms.*.fields.*.ask":          {kind: Form, severity: Wording, phrase: "question", say: asQuote, prose: true},
	"forms.*.fields.*.type":         {kind: Form, phrase: "type of answer"},
	"forms.*.fields.*.values":       {kind: Form, phrase: "answers"},
	"forms.*.fields.*.required":     {kind: Form, phrase: "must be answered", absent: "no"},
	"forms.*.fields.*.for":          {kind: Form, phrase: "asked for the outcomes", absent: "all"},
	"forms.*.fields.*.sensitive":    {kind: Form, phrase: "sensitive", absent: "no", say: asCode},
	"messages":                      {kind: Message, phrase: "messages"},
	"messages.*":                    {kind: Message, plural: "the messages"},
	"messages.*.texts":              {kind: Message, phrase: "texts"},
	"messages.*.texts.*":            {kind: Message, plural: "the languages of the message"},
	"messages.*.texts.*.subject":    {kind: Message, severity: Wording, phrase: "subject", say: asQuote, prose: true},
	"messages.*.texts.*.text":       {kind: Message, severity: Wording, say: asQuote, prose: true},
	"steps":                         {kind: Step, phrase: "steps"},
	"steps.*":                       {kind: Step, plural: "the steps"},
	"steps.*.id":                    {kind: Step, severity: Wording, phrase: "id"},
	"steps.*.task":                  {kind: Text, severity: Wording, phrase: "what is to be done", absent: "no task", say: asQuote, prose: true},
	"steps.*.appointment":           {kind: Text, severity: Wording, phrase: "which visit", absent: "no visit", say: asQuote, prose: true},
	"steps.*.milestone":             {kind: Text, severity: Wording, phrase: "what is reached", absent: "no milestone", say: asQuote, prose: true},
	"steps.*.instructions":          {kind: Text, severity: Wording, phrase: "instructions", absent: "none", say: asQuote, prose: true},
	"steps.*.owner":                 {kind: Owner, phrase: "done by", absent: "who answers for the pathway", say: asRole},
	"steps.*.clock":                 {kind: Clock, phrase: "deadline", absent: "no clock", say: asSchedule},
	"steps.*.due":                   {kind: Clock, phrase: "due after its opening", absent: "no deadline of its own"},
	"steps.*.ladder":                {kind: Ladder, phrase: "ladder", absent: "no ladder", say: asCode},
	"steps.*.form":                  {kind: Form, phrase: "form", absent: "no form", say: asSchedule},
	"steps.*.outcomes":              {kind: Step, phrase: "may end as", say: asCode},
	"steps.*.excused":               {kind: Condition, phrase: "is excused", absent: "never"},
	"steps.*.excused.outcome":       {kind: Condition, phrase: "excused as", say: asCode},
	"steps.*.excused.when":          {kind: Condition, phrase: "is excused if", say: asExpr},
	"steps.*.priority":              {kind: Step, phrase: "priority", absent: "3"},
	"steps.*.interactive":           {kind: Step, phrase: "only a live contact counts", absent: "no"},
	"steps.*.fulfils":               {kind: Claim, phrase: "is there to fulfil", absent: "no requirement"},
	"steps.*.after":                 {kind: Order, phrase: "comes after", absent: "nothing", say: asSteps},
	"steps.*.when":                  {kind: Condition, phrase: "only if", absent: "always", say: asExpr},
	"steps.*.on":                    {kind: Condition, phrase: "opens when", absent: "no event", say: asEvent},
	"steps.*.repeat":                {kind: Order, phrase: "repetition", absent: "none"},
	"steps.*.repeat.every":          {kind: Order, phrase: "repeated every"},
	"steps.*.repeat.times":          {kind: Order, phrase: "times at most"},
	"steps.*.repeat.until":          {kind: Condition, phrase: "repeated until", absent: "the number is reached", say: asExpr},
	"steps.*.pause":                 {kind: Condition, phrase: "pauses", absent: "with enrollment"},
	"steps.*.optional":              {kind: Step, phrase: "may stay undone when the pathway completes", absent: "no"},
	"steps.*.sensitive":             {kind: Step, phrase: "sensitive", absent: "no", say: asCode},
	"steps.*.on_no_show":            {kind: Step, phrase: "when the patient does not come", absent: "nothing is asked"},
	"steps.*.on_no_show.ask":        {kind: Step, phrase: "when the patient does not come, asks", say: asCode},
	"steps.*.on_no_show.values":     {kind: Step, phrase: "reasons for not coming", say: asCode},
	"steps.*.message":               {kind: Message, phrase: "sends", absent: "nothing"},
	"steps.*.message.to":            {kind: Message, phrase: "sent to", say: asRole},
	"steps.*.message.template":      {kind: Message, phrase: "sends", say: asCode},
	"steps.*.message.at":            {kind: Message, phrase: "sent", absent: "at once", say: asMoment},
	"steps.*.message.stops_when":    {kind: Message, phrase: "is not sent if", absent: "always sent", say: asExpr},
	"steps.*.referral":              {kind: Step, phrase: "refers", absent: "nobody"},
	"steps.*.referral.need":         {kind: Step, phrase: "need", say: asValue},
	"steps.*.referral.consent":      {kind: Condition, phrase: "consent"},
	"steps.*.referral.consent_from": {kind: Condition, phrase: "consent is taken from", absent: "the patient is asked", say: asExpr},
	"steps.*.referral.acknowledge":  {kind: Clock, phrase: "the service acknowledges within"},
	"steps.*.referral.first_contact": {
		kind: Clock, phrase: "the service contacts the patient within",
	},
	"steps.*.referral.outcome":   {kind: Clock, phrase: "the service tells the outcome within"},
	"steps.*.referral.otherwise": {kind: Step, phrase: "after a refusal or silence", say: asCode},
	"steps.*.wait":               {kind: Clock, phrase: "waits", absent: "no"},
	"steps.*.wait.for":           {kind: Clock, phrase: "waits at most"},
	"steps.*.wait.until":         {kind: Condition, phrase: "waits until", absent: "the time is over", say: asExpr},
	"steps.*.wait.on":            {kind: Condition, phrase: "waits until", absent: "no event", say: asEvent},
	"tracks":                     {kind: Order, phrase: "tracks"},
	"tracks.*":                   {kind: Order, plural: "the tracks"},
	"tracks.*.title":             {kind: Text, severity: Wording, phrase: "title", say: asQuote},
	"tracks.*.on":                {kind: Condition, phrase: "starts when", absent: "no event", say: asEvent},
	"tracks.*.when":              {kind: Condition, phrase: "only if", absent: "always", say: asExpr},
	"tracks.*.pause":             {kind: Condition, phrase: "pauses", absent: "with enrollment"},
	"tracks.*.steps":             {kind: Order, phrase: "steps", say: asSteps},
	"ends":                       {kind: End, phrase: "ends"},
	"ends.*":                     {kind: End, plural: "the ends"},
	"ends.*.because":             {kind: End, severity: Wording},

	"forms.*.code":                     {kind: Form, phrase: "LOINC code", absent: "none"},
	"forms.*.score":                    {kind: Form, phrase: "score", absent: "none"},
	"forms.*.score.by":                 {kind: Form, phrase: "scored by"},
	"forms.*.score.variant":            {kind: Form, phrase: "variant of the score", absent: "the scorer’s own"},
	"forms.*.score.missing":            {kind: Form, phrase: "an answer that is missing", absent: "is not allowed"},
	"forms.*.fields.*.when":            {kind: Form, phrase: "asked only if", absent: "always", say: asExpr},
	"forms.*.fields.*.link":            {kind: Form, phrase: "FHIR linkId", absent: "its id"},
	"forms.*.fields.*.code":            {kind: Form, phrase: "LOINC code", absent: "none"},
	"forms.*.fields.*.codes":           {kind: Form, phrase: "LOINC codes of the answers", absent: "none"},
	"forms.*.fields.*.points":          {kind: Form, phrase: "points", absent: "none"},
	"steps.*.questionnaire":            {kind: Step, phrase: "asks", absent: "nothing"},
	"steps.*.questionnaire.to":         {kind: Step, phrase: "questions go to", say: asRole},
	"steps.*.questionnaire.form":       {kind: Form, phrase: "asks the form", say: asCode},
	"steps.*.questionnaire.within":     {kind: Clock, phrase: "answers are waited for"},
	"steps.*.questionnaire.template":   {kind: Message, phrase: "message that brings the questions", absent: "the built-in one", say: asCode},
	"steps.*.questionnaire.unanswered": {kind: Step, phrase: "without an answer", absent: "call", say: asCode},
	"steps.*.score":                    {kind: Step, phrase: "score", absent: "none"},
	"steps.*.score.by":                 {kind: Step, phrase: "scored by"},
	"steps.*.score.variant":            {kind: Step, phrase: "variant of the score", absent: "the scorer’s own"},
	"steps.*.score.missing":            {kind: Step, phrase: "where it cannot be computed", absent: "ask", say: asCode},
	"steps.*.score.inputs":             {kind: Step, phrase: "inputs of the score"},
	"steps.*.score.inputs.*":           {kind: Step, plural: "the inputs of the score"},
	"steps.*.score.inputs.*.from":      {kind: Step, phrase: "input of the score", say: asValue},
}
