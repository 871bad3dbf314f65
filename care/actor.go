package care

// ActorKind says what kind of actor did something.
type ActorKind string

// The kinds of actor.
const (
	Person  ActorKind = "person"  // a member of staff, signed in
	Partner ActorKind = "partner" // a community partner, by link
	Subject ActorKind = "patient" // the patient or caregiver
	System  ActorKind = "system"  // another system: an HL7 or FHIR sender
	Engine  ActorKind = "engine"  // Throughline itself, by a pathway's rule
)

// Actor is who did something.
type Actor struct {
	Kind ActorKind `json:"kind"`
	ID   string    `json:"id,omitempty"`   // opaque: a user id, a link id, a sending application
	Role string    `json:"role,omitempty"` // the role acted in
}

// TheEngine is the actor of everything a rule or a clock does.
var TheEngine = Actor{Kind: Engine}
