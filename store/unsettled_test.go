package store_test

import (
	"testing"
	"time"

	"throughline/store/storetest"
)

func TestWhatWasCommittedLast(t *testing.T) {
	s := storetest.New(t)
	ids, err := s.LastCommitted(t.Context(), time.Minute)
	if err != nil || len(ids) != 0 {
		t.Fatalf("an empty database gave %v, %v", ids, err)
	}
	st := newStory("ada")
	c := st.opening()
	mustCommit(t, s, c)
	ids, err = s.LastCommitted(t.Context(), time.Minute)
	if err != nil || len(ids) != 1 || ids[0] != c.Turn.State.EnrollmentID {
		t.Errorf("%v, %v", ids, err)
	}
}
