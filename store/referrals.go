package store

import (
	"context"
	"time"

	"throughline/care"
)

// ReferralFilter narrows a list of referrals. Empty fields narrow nothing.
type ReferralFilter struct {
	PatientID    care.ID
	EnrollmentID care.ID
	ServiceID    care.ID
	Need         string
	Status       []care.ReferralStatus
	Open         bool // something is still expected
	DueBefore    *time.Time
}

var referralList = timeList{table: "referrals", key: "due_key", value: "due_at"}

// ListReferrals lists referrals by the end of their present wait, undated last.
func (s *Store) ListReferrals(ctx context.Context, f ReferralFilter, p Page) ([]care.Referral, string, error) {
	n := narrow{s.read(ctx)}
	if err := n.patient(s.read(ctx), f.PatientID); err != nil {
		return nil, "", err
	}
	n.id("enrollment_id", f.EnrollmentID)
	n.id("service_id", f.ServiceID)
	n.text("need", f.Need)
	anyOf(&n, "status", f.Status)
	if f.Open {
		n.q = n.q.Where("open")
	}
	if f.DueBefore != nil {
		n.q = n.q.Where("due_key < ?", *f.DueBefore)
	}
	return listByTime[care.Referral](n.q, referralList, p)
}

// Referral gives a referral.
func (s *Store) Referral(ctx context.Context, id care.ID) (care.Referral, error) {
	return one[care.Referral](s.read(ctx), "referrals", "referral", id)
}
