package notify

import "time"

// SentAs is the result of an accepted message. The provider's id may be empty.
func SentAs(providerID string, at time.Time) Result {
	return Result{Status: Sent, ProviderID: providerID, At: at}
}

// FailedNow is the result of an attempt that certainly delivered nothing and may be repeated.
func FailedNow(detail string, at time.Time) Result {
	return Result{Status: Failed, Detail: detail, At: at}
}

// FailedForGood is the result of a message that would be refused again.
func FailedForGood(detail string, at time.Time) Result {
	return Result{Status: Failed, Permanent: true, Detail: detail, At: at}
}

// MaybeSent is the result of a message that was handed over and not answered for.
func MaybeSent(detail string, at time.Time) Result {
	return Result{Status: Unknown, Detail: detail, At: at}
}
