// Package life is what the operations on versions of pathways and on versions of parts have in
// common: what is told of a version, what a person says to a step of its life, and what an edit is
// based on. Which step is allowed the store knows.
package life

import (
	"cmp"
	"context"
	"time"

	"throughline/api/rest"
	"throughline/care"
	"throughline/store"
)

// Stage is how far a version has come.
type Stage struct {
	Version     int        `json:"version"`
	Title       string     `json:"title"`
	Status      string     `json:"status" enum:"draft,in_review,approved,published,retired"`
	Digest      string     `json:"digest" doc:"SHA-256 of its content"`
	Origin      string     `json:"origin" enum:"library,organization" doc:"library: it came with the program"`
	CreatedAt   time.Time  `json:"created_at,omitzero" doc:"When it was first kept; absent for a part that came with the program"`
	ChangedAt   *time.Time `json:"changed_at,omitempty" doc:"When its content was last saved"`
	ChangedBy   string     `json:"changed_by,omitempty" doc:"Who saved it"`
	PublishedAt *time.Time `json:"published_at,omitempty"`
	RetiredAt   *time.Time `json:"retired_at,omitempty"`
}

// StageOf tells a version as it is kept.
func StageOf(version int, title, origin string, l store.Life) Stage {
	return Stage{
		Version: version, Title: title, Status: l.Status, Digest: l.Digest, Origin: origin,
		CreatedAt: l.CreatedAt, ChangedAt: l.ChangedAt, ChangedBy: l.ChangedBy.ID, PublishedAt: l.PublishedAt, RetiredAt: l.RetiredAt,
	}
}

// DraftEdit is new content of a draft.
type DraftEdit struct {
	Source string `json:"source" minLength:"1" maxLength:"262144" doc:"The file, in YAML"`
	Reason string `json:"reason" minLength:"1" maxLength:"2000" doc:"What changed, and why"`
}

// Why is what a person says to a step of a version's life.
type Why struct {
	Reason  string `json:"reason" minLength:"1" maxLength:"2000" doc:"Why"`
	Comment string `json:"comment,omitempty" maxLength:"10000" doc:"What there is to say besides"`
	Digest  string `json:"digest,omitempty" maxLength:"100" doc:"The content that you saw; other content is refused"`
}

// Step gives the step of the kind, with what the person says.
func (w Why) Step(kind string) store.LifeStep {
	return store.LifeStep{Kind: kind, Reason: w.Reason, Comment: w.Comment, Digest: w.Digest}
}

// Review is a reviewer's word.
type Review struct {
	Decision string `json:"decision" enum:"approve,return" doc:"approve: it may be published. return: it becomes a draft again"`
	Reason   string `json:"reason" minLength:"1" maxLength:"2000" doc:"Why"`
	Comment  string `json:"comment,omitempty" maxLength:"10000" doc:"What there is to say besides"`
	Digest   string `json:"digest,omitempty" maxLength:"100" doc:"The content that you reviewed; other content is refused"`
}

// Step gives the step that the decision is.
func (r Review) Step() store.LifeStep {
	kind := store.ChangeApproved
	if r.Decision == "return" {
		kind = store.ChangeReturned
	}
	return store.LifeStep{Kind: kind, Reason: r.Reason, Comment: r.Comment, Digest: r.Digest}
}

// ETag names what is kept of a version.
func ETag(l store.Life) string { return rest.ETag([]string{l.Digest, l.Status, string(l.Source)}) }

// BasedOn gives the question whether an edit is based on what is kept, for the store to ask under its
// lock. An edit that does not say what it is based on is refused by the rule.
func BasedOn(ctx context.Context, m rest.IfMatch, rule string) (func(present store.Life) error, error) {
	if m.IfMatch == "" {
		return nil, care.Errorf(care.Invalid, "say what the edit is based on: send the ETag of what you read as If-Match").At("If-Match").By(rule)
	}
	return func(present store.Life) error { return m.Refuse(ctx, ETag(present), changedBy(present)) }, nil
}

// changedBy says who changed a version, and when.
func changedBy(l store.Life) string {
	at := l.CreatedAt
	if l.ChangedAt != nil {
		at = *l.ChangedAt
	}
	return cmp.Or(l.ChangedBy.ID, "somebody") + " saved it on " + at.UTC().Format(time.RFC3339)
}

// Unchanged gives the question whether a version is still as it was read.
func Unchanged(read store.Life) func(present store.Life) error {
	return func(present store.Life) error {
		if ETag(present) == ETag(read) {
			return nil
		}
		return care.Errorf(care.Conflict, "the version was changed meanwhile: read it again")
	}
}

// ReadsOtherwise refuses a version that was reviewed and reads otherwise today: a later program may
// understand its file in another way.
func ReadsOtherwise(key string, version int, rule string) error {
	return care.Errorf(care.Conflict, "this program reads version %d of %s otherwise than the one that saved it: return it, save it again and let it be reviewed", version, key).By(rule)
}
