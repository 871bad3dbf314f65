package pathways

import (
	"context"
	"fmt"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/life"
	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways"
	"throughline/store"
)

type whyInput struct {
	ByVersion
	Body life.Why
}

type reviewInput struct {
	ByVersion
	Body life.Review
}

func registerLife(a huma.API, d Deps) {
	const path = "/pathways/{key}/versions/{version}/"
	rest.Post(a, rest.Op{
		ID: "submit-pathway-version", Path: path + "submit", Tag: tag, Summary: "Submit a draft for review",
		Text: "It must check without errors. While it is in review it cannot be changed.",
	}, d.submit)
	rest.Post(a, rest.Op{
		ID: "review-pathway-version", Path: path + "review", Tag: tag, Summary: "Approve a version, or return it",
		Text: "Only a second person approves: nobody who wrote or submitted the version (rule " + store.RuleSecondPerson + "). Anybody may return it; it is a draft again then.",
	}, d.review)
	rest.Post(a, rest.Op{
		ID: "publish-pathway-version", Path: path + "publish", Tag: tag, Summary: "Publish a version",
		Text: "It never changes from then on. The newest published version starts enrollments; those that run stay on theirs.",
	}, d.publish)
	rest.Post(a, rest.Op{
		ID: "retire-pathway-version", Path: path + "retire", Tag: tag, Summary: "Retire a version",
		Text: "It starts nothing any more; what runs on it goes on. The answer warns of what will no longer start, or of which version starts it instead.",
	}, d.retire)
}

// submit hands in what the version reads as now: a part that was a draft when it was saved may have
// changed since.
func (d Deps) submit(ctx context.Context, in *whyInput) (*detailOutput, error) {
	kept, def, problems, err := d.fit(ctx, in.ByVersion)
	if err != nil {
		return nil, err
	}
	if kept.Status == store.DefinitionDraft && pathways.Digest(def) != kept.Digest {
		unchanged := life.Unchanged(kept.Life)
		_, err := d.Store.SaveDraft(ctx, rest.ActorOf(ctx), store.Draft{Definition: def, Source: kept.Source, Reason: in.Body.Reason},
			func(present store.StoredDefinition) error { return unchanged(present.Life) })
		if err != nil {
			return nil, err
		}
	}
	return d.move(ctx, in.ByVersion, in.Body.Step(store.ChangeSubmitted), problems)
}

func (d Deps) review(ctx context.Context, in *reviewInput) (*detailOutput, error) {
	return d.move(ctx, in.ByVersion, in.Body.Step(), nil)
}

// publish checks once more: the checker may have learned since the review.
func (d Deps) publish(ctx context.Context, in *whyInput) (*detailOutput, error) {
	kept, def, problems, err := d.fit(ctx, in.ByVersion)
	if err != nil {
		return nil, err
	}
	if pathways.Digest(def) != kept.Digest {
		return nil, life.ReadsOtherwise(in.Key, in.Version, RuleCheck)
	}
	return d.move(ctx, in.ByVersion, in.Body.Step(store.ChangePublished), problems)
}

func (d Deps) retire(ctx context.Context, in *whyInput) (*detailOutput, error) {
	return d.move(ctx, in.ByVersion, in.Body.Step(store.ChangeRetired), nil)
}

func (d Deps) move(ctx context.Context, in ByVersion, to store.LifeStep, problems pathways.Problems) (*detailOutput, error) {
	kept, err := d.Store.MoveDefinition(ctx, rest.ActorOf(ctx), in.Key, in.Version, to)
	if err != nil {
		return nil, err
	}
	all, err := d.versions(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	return answer(kept, problems, warningsOf(kept, inForce(all)), nil)
}

// fit reads a version anew and refuses one that has errors, in its form, in the parts that it uses or
// in what can become of an enrollment on it, each with its line.
func (d Deps) fit(ctx context.Context, in ByVersion) (store.StoredDefinition, *pathways.Definition, pathways.Problems, error) {
	kept, err := d.Store.Definition(ctx, in.Key, in.Version)
	if err != nil {
		return kept, nil, nil, err
	}
	report, err := d.explored(ctx, "", kept.Source, store.ToPublish)
	if err != nil {
		return kept, nil, nil, err
	}
	def, problems := report.Definition, report.Problems
	if err := problems.Err(); err != nil {
		return kept, nil, nil, care.Errorf(care.Conflict, "version %d of %s has errors: %w", in.Version, in.Key, err).By(RuleCheck)
	}
	odd, err := d.beside(ctx, def)
	return kept, def, append(problems, odd...), err
}

// inForce gives the version that starts enrollments: the newest published one; nil where there is
// none.
func inForce(versions []store.StoredDefinition) *store.StoredDefinition {
	for i := range versions {
		if versions[i].Status == store.DefinitionPublished {
			return &versions[i]
		}
	}
	return nil
}

// warningsOf says what a step means for what starts from now on.
func warningsOf(moved store.StoredDefinition, now *store.StoredDefinition) []string {
	def := moved.Definition
	launch := "Nobody can be enrolled any more"
	if !def.Launch.Asked() {
		launch = "When " + pathways.EventInWords(def.Launch.On) + ", it no longer starts, and nobody can be enrolled by hand either"
	}
	switch {
	case moved.Status == store.DefinitionRetired && now == nil:
		return []string{fmt.Sprintf("No version of %s is published any more. %s. What runs goes on.", def.Pathway, launch)}
	case moved.Status == store.DefinitionRetired && now.Definition.Version < def.Version:
		return []string{fmt.Sprintf("From now on version %d of %s, an older one, starts enrollments.", now.Definition.Version, def.Pathway)}
	case moved.Status == store.DefinitionPublished && now != nil && now.Definition.Version != def.Version:
		return []string{fmt.Sprintf("Version %d of %s is newer and published: it goes on starting enrollments, and this one starts none.", now.Definition.Version, def.Pathway)}
	}
	return nil
}
