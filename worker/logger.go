package worker

import (
	"context"
	"log/slog"
	"strings"
	"unicode"
)

// ourWay keeps the SDK's own lines to our rules: its keys become snake_case, and results are left out.
// Errors may stay: those of activities were put in our words by then, see scrubbing.
func ourWay(logger *slog.Logger) *slog.Logger { return slog.New(sdkHandler{logger.Handler()}) }

type sdkHandler struct{ next slog.Handler }

func (h sdkHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

func (h sdkHandler) Handle(ctx context.Context, r slog.Record) error {
	out := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		if kept, ok := rewrite(a); ok {
			out.AddAttrs(kept)
		}
		return true
	})
	return h.next.Handle(ctx, out) //nolint:wrapcheck // a handler passes on
}

func (h sdkHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	var kept []slog.Attr
	for _, a := range attrs {
		if a, ok := rewrite(a); ok {
			kept = append(kept, a)
		}
	}
	return sdkHandler{h.next.WithAttrs(kept)}
}

func (h sdkHandler) WithGroup(name string) slog.Handler { return sdkHandler{h.next.WithGroup(name)} }

func rewrite(a slog.Attr) (slog.Attr, bool) {
	a.Key = snake(a.Key)
	return a, a.Key != "result"
}

// snake turns WorkflowID into workflow_id.
func snake(key string) string {
	var b strings.Builder
	runes := []rune(key)
	for i, r := range runes {
		if unicode.IsUpper(r) {
			afterLower := i > 0 && !unicode.IsUpper(runes[i-1])
			endsAcronym := i > 0 && i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if (afterLower || endsAcronym) && runes[i-1] != '_' {
				b.WriteByte('_')
			}
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}
