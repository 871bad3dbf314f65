package simulate

import (
	"reflect"
	"slices"
	"time"

	"throughline/pathways"
	"throughline/pathways/engine"
)

// Branch is a place where it could have gone otherwise.
type Branch struct {
	engine.Asked

	Words string `json:"words"` // the expression as a person reads it
}

// branches keeps the conditions that were asked. The engine asks a watched condition again and
// again; only an answer that differs from the one before, or that came about otherwise, is kept.
type branches struct {
	def   *pathways.Definition
	start time.Time // of what is asked before there is an enrollment
	kept  []Branch
}

func (b *branches) note(a engine.Asked) {
	if a.At.IsZero() {
		a.At = b.start
	}
	for _, before := range slices.Backward(b.kept) {
		if before.Rule != a.Rule || before.Step != a.Step || before.Occurrence != a.Occurrence {
			continue
		}
		if before.Answer == a.Answer && sameFacts(before.Facts, a.Facts) {
			return
		}
		break
	}
	b.kept = append(b.kept, Branch{Asked: a, Words: b.def.ExpressionInWords(a.Expression)})
}

// sameFacts compares what two answers rest on. How far the required steps are changes with each of
// them, and is no news while the answer stays.
func sameFacts(a, b []engine.AskedFact) bool {
	return slices.EqualFunc(a, b, func(x, y engine.AskedFact) bool {
		return x.Name == y.Name && (x.Name == "required" || x.Known == y.Known && reflect.DeepEqual(x.Value, y.Value))
	})
}
