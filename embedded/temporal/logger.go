//go:build !external

package temporal

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"

	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/log/tag"

	"throughline/care"
)

// logger passes the server's warnings and errors on. What is below a warning is about the server's own
// working, and is dropped.
type logger struct {
	sink   *slog.Logger
	ending *outcome
	quiet  *atomic.Bool
}

var (
	_ log.Logger     = (*logger)(nil)
	_ log.WithLogger = (*logger)(nil)
)

func newLogger(sink *slog.Logger, ending *outcome) *logger {
	return &logger{sink: sink.With("part", "temporal"), ending: ending, quiet: new(atomic.Bool)}
}

// noHTTP begins the warning that the server gives at every start with its HTTP port closed, as it is here.
const noHTTP = "HTTP API port has not been set."

// shardBeingTaken is the text of the server's ErrShardStatusUnknown.
const shardBeingTaken = "shard status unknown"

// hush makes the logger silent: a server that stops warns of everything that it cuts short.
func (l *logger) hush() { l.quiet.Store(true) }

func (l *logger) With(tags ...tag.Tag) log.Logger {
	return &logger{sink: slog.New(l.sink.Handler().WithAttrs(attributes(tags))), ending: l.ending, quiet: l.quiet}
}

func (l *logger) Debug(string, ...tag.Tag) {}

func (l *logger) Info(string, ...tag.Tag) {}

func (l *logger) Warn(msg string, tags ...tag.Tag) {
	if strings.HasPrefix(msg, noHTTP) {
		return
	}
	l.log(slog.LevelWarn, msg, tags)
}

// Error drops what is nothing to act on: a caller that went away, such as a worker that stops polling,
// and tasks that cannot be read in the moment in which a shard is being taken, and are read after it.
func (l *logger) Error(msg string, tags ...tag.Tag) {
	because := cause(tags)
	if strings.Contains(because, context.Canceled.Error()) || strings.Contains(because, shardBeingTaken) {
		return
	}
	l.log(slog.LevelError, msg, tags)
}

func (l *logger) DPanic(msg string, tags ...tag.Tag) { l.log(slog.LevelError, msg, tags) }

func (l *logger) Panic(msg string, tags ...tag.Tag) {
	l.log(slog.LevelError, msg, tags)
	panic("temporal: " + msg)
}

// Fatal reports that the server has to end. The server counts on Fatal never returning, and goes on
// with nil pointers if it does; ending the process here would leave no time to close anything else.
// So the calling goroutine stays here until whoever waits for the report has ended the process.
func (l *logger) Fatal(msg string, tags ...tag.Tag) {
	l.log(slog.LevelError, msg, tags)
	l.ending.fail(care.Errorf(care.Internal, "the Temporal server cannot go on: %s%s", msg, cause(tags)))
	select {}
}

func (l *logger) log(level slog.Level, msg string, tags []tag.Tag) {
	ctx := context.Background() //nolint:forbidigo // the server logs without one
	if l.quiet.Load() || !l.sink.Enabled(ctx, level) {
		return
	}
	l.sink.LogAttrs(ctx, level, msg, attributes(tags)...) //nolint:sloglint // the text is the server's
}

// attributes names the server's tags in this project's manner: "wf-namespace" becomes wf_namespace.
func attributes(tags []tag.Tag) []slog.Attr {
	attrs := make([]slog.Attr, 0, len(tags))
	for _, t := range tags {
		if t == nil {
			continue
		}
		attrs = append(attrs, slog.Any(strings.NewReplacer("-", "_", " ", "_").Replace(t.Key()), t.Value()))
	}
	return attrs
}

// cause finds the error among the tags.
func cause(tags []tag.Tag) string {
	for _, t := range tags {
		if t != nil && t.Key() == "error" {
			return fmt.Sprintf(": %v", t.Value())
		}
	}
	return ""
}
