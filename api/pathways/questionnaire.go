package pathways

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/pathways/questionnaire"
)

type questionnaireInput struct {
	ByVersion
	Form string `path:"form" maxLength:"100" doc:"The form's name in the version"`
}

type questionnaireOutput struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func registerQuestionnaire(a huma.API, d Deps) {
	rest.Get(a, rest.Op{
		ID: "get-pathway-questionnaire", Path: "/pathways/{key}/versions/{version}/questionnaires/{form}", Tag: tag, Summary: "Show a form as a FHIR Questionnaire",
		Text: "FHIR R4, in every language of the form, with its codes and what its answers count. What FHIR has no element for stands in extensions.",
	}, d.questionnaire)
}

func (d Deps) questionnaire(ctx context.Context, in *questionnaireInput) (*questionnaireOutput, error) {
	kept, err := d.Store.Definition(ctx, in.Key, in.Version)
	if err != nil {
		return nil, err
	}
	res, err := questionnaire.Of(questionnaire.Version{Definition: kept.Definition, Form: in.Form, Status: kept.Status, Publisher: d.Organization})
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(res)
	if err != nil {
		return nil, fmt.Errorf("writing a Questionnaire: %w", err)
	}
	return &questionnaireOutput{ContentType: "application/fhir+json", Body: text}, nil
}
