package enrollments

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/pathways/engine"
)

// TrackStart begins a track.
type TrackStart struct {
	Reason string `json:"reason" minLength:"1" maxLength:"2000"`
}

type startTrackInput struct {
	rest.ByID
	Track string `path:"track" maxLength:"100" doc:"The track's name in the pathway"`
	Body  TrackStart
}

func registerStartTrack(a huma.API, d Deps) {
	rest.Post(a, rest.Op{ID: "start-track", Path: "/enrollments/{id}/tracks/{track}/start", Tag: tag, Summary: "Start a track by hand"}, d.startTrack)
}

func (d Deps) startTrack(ctx context.Context, in *startTrackInput) (*rest.One[EnrollmentDetail], error) {
	return d.do(ctx, in.ID, engine.Event{Kind: engine.TrackStart, Track: in.Track, Reason: in.Body.Reason})
}
