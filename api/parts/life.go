package parts

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
	const path = "/parts/{part}/versions/{version}/"
	rest.Post(a, rest.Op{
		ID: "submit-part-version", Path: path + "submit", Tag: tag, Summary: "Submit a draft of a part for review",
		Text: "It must check without errors, and use published parts only. While it is in review it cannot be changed.",
	}, d.submit)
	rest.Post(a, rest.Op{
		ID: "review-part-version", Path: path + "review", Tag: tag, Summary: "Approve a version of a part, or return it",
		Text: "Only a second person approves: nobody who wrote or submitted the version (rule " + store.RulePartSecondPerson + "). Anybody may return it; it is a draft again then.",
	}, d.review)
	rest.Post(a, rest.Op{
		ID: "publish-part-version", Path: path + "publish", Tag: tag, Summary: "Publish a version of a part",
		Text: "It never changes from then on, and pathways may use it.",
	}, d.publish)
	rest.Post(a, rest.Op{
		ID: "retire-part-version", Path: path + "retire", Tag: tag, Summary: "Retire a version of a part",
		Text: "Nothing new may use it. Pathways that were published with it have it inside, and go on. The answer names them.",
	}, d.retire)
}

// submit hands in what the version reads as now: a part that was a draft when it was saved may have
// changed since.
func (d Deps) submit(ctx context.Context, in *whyInput) (*detailOutput, error) {
	kept, part, problems, err := d.fit(ctx, in.ByVersion)
	if err != nil {
		return nil, err
	}
	if kept.Status == store.DefinitionDraft && pathways.PartDigest(part) != kept.Digest {
		unchanged := life.Unchanged(kept.Life)
		_, err := d.Store.SavePart(ctx, rest.ActorOf(ctx), store.PartDraft{Part: part, Source: kept.Source, Reason: in.Body.Reason},
			func(present store.StoredPart) error { return unchanged(present.Life) })
		if err != nil {
			return nil, err
		}
	}
	return d.move(ctx, in.ByVersion, in.Body.Step(store.ChangeSubmitted), problems)
}

func (d Deps) review(ctx context.Context, in *reviewInput) (*detailOutput, error) {
	return d.move(ctx, in.ByVersion, in.Body.Step(), nil)
}

// publish checks once more: the checker may have learned since the review, and a part that this one
// uses may have been retired.
func (d Deps) publish(ctx context.Context, in *whyInput) (*detailOutput, error) {
	kept, part, problems, err := d.fit(ctx, in.ByVersion)
	if err != nil {
		return nil, err
	}
	if pathways.PartDigest(part) != kept.Digest {
		return nil, life.ReadsOtherwise(in.Part, in.Version, RuleCheck)
	}
	return d.move(ctx, in.ByVersion, in.Body.Step(store.ChangePublished), problems)
}

func (d Deps) retire(ctx context.Context, in *whyInput) (*detailOutput, error) {
	out, err := d.move(ctx, in.ByVersion, in.Body.Step(store.ChangeRetired), nil)
	if err != nil {
		return nil, err
	}
	uses, _, err := d.Store.PartUses(ctx, in.Part, in.Version, store.Page{Limit: store.MaxLimit})
	if err != nil {
		return nil, err
	}
	for _, u := range uses {
		if text := afterRetiring(u); text != "" {
			out.Body.Warnings = append(out.Body.Warnings, text)
		}
	}
	return out, nil
}

// afterRetiring says what retiring a part means for what uses it; nothing for what is retired itself.
func afterRetiring(u store.PartUse) string {
	who := fmt.Sprintf("version %d of the %s %s", u.Version, u.Kind, u.Key)
	switch u.Status {
	case store.DefinitionRetired:
		return ""
	case store.DefinitionPublished:
		if u.Kind == store.UsedByPart {
			return fmt.Sprintf("Nothing new can use %s any more either: retire it too.", who)
		}
		return fmt.Sprintf("It stays in %s, which goes on; the next version must do without it.", who)
	}
	return fmt.Sprintf("It is in %s, which is not published and cannot be with it.", who)
}

func (d Deps) move(ctx context.Context, in ByVersion, to store.LifeStep, problems pathways.Problems) (*detailOutput, error) {
	kept, err := d.Store.MovePart(ctx, rest.ActorOf(ctx), in.Part, in.Version, to)
	return answer(kept, problems, nil, notOurs(in, err))
}

// notOurs tells what is not found among the organization's own parts and came with the program: its
// life is not the organization's.
func notOurs(in ByVersion, err error) error {
	if care.CodeOf(err) != care.NotFound {
		return err
	}
	if _, missing := shipped(in.Part, in.Version); missing != nil {
		return err
	}
	return care.Errorf(care.Conflict, "version %d of %s comes with the program and does not change: make a part of your own, under another name", in.Version, in.Part).By(store.RulePartName)
}

// fit reads a version anew and refuses one that has errors, in itself or in the parts that it uses,
// each with its line.
func (d Deps) fit(ctx context.Context, in ByVersion) (store.StoredPart, *pathways.Part, pathways.Problems, error) {
	kept, err := d.Store.Part(ctx, in.Part, in.Version)
	if err != nil {
		return kept, nil, nil, notOurs(in, err)
	}
	part, problems, err := d.load(ctx, "", kept.Source, store.ToPublish)
	if err != nil {
		return kept, nil, nil, err
	}
	if err := problems.Err(); err != nil {
		return kept, nil, nil, care.Errorf(care.Conflict, "version %d of %s has errors: %w", in.Version, in.Part, err).By(RuleCheck)
	}
	return kept, part, problems, nil
}
