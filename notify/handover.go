package notify

import (
	"context"
	"errors"
	"time"

	"throughline/care"
)

// HandOver delivers by a put that keeps one message per id, however often it is called with it. That
// promise is why a failed put is never Unknown: repeating it is always safe. Where put's error is
// permanent by care.Permanent, so is the failure.
func HandOver(ctx context.Context, m Message, put func(context.Context, Message) error, now func() time.Time) Result {
	if err := m.Check(); err != nil {
		return FailedForGood(err.Error(), now())
	}
	if ctx.Err() != nil {
		return FailedNow("given up before it was handed over", now())
	}
	if err := put(ctx, m); err != nil {
		return Result{Status: Failed, Permanent: care.Permanent(err), Detail: putDetail(err), At: now()}
	}
	return SentAs(m.ID, now())
}

// putDetail keeps a care.Error's words, which are made to be shown, and drops all others: an error from
// a database or a file system may quote what was being written.
func putDetail(err error) string {
	known, ok := errors.AsType[*care.Error](err)
	if !ok || known.Code == care.Internal {
		return "the message could not be kept"
	}
	return known.Message
}
