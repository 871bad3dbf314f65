package engine

import (
	"strconv"

	"throughline/care"
)

// Unanswered gives the effects of a state whose results are still awaited: messages that were
// queued, searches for services, and what other pathways are to hear. A workflow that is started anew asks for them again.
func Unanswered(s State) []Effect {
	var out []Effect
	for i := range s.Outbox {
		m := s.Outbox[i]
		if m.Status != care.MessageQueued {
			continue // withdrawn: whoever was sending it may still answer, nobody begins anew
		}
		out = append(out, Effect{Kind: MessageRow, Message: &m})
	}
	for _, st := range s.Steps {
		if st.Status == care.StepOpen && st.Referral != nil && st.Referral.Phase == phaseSearch {
			out = append(out, Effect{Kind: FindServices, Search: searchOf(s, st)})
		}
		if st.Sub != nil && st.Sub.Asked {
			out = append(out, Effect{Kind: StartPathway, Start: subLaunchOf(s, st)})
		}
		if st.Sub != nil && st.Sub.Ending {
			out = append(out, Effect{Kind: EndPathway, End: subEndOf(s, st)})
		}
	}
	if s.Untold && s.Parent != nil {
		out = append(out, Effect{Kind: TellParent, Parent: parentNewsOf(s)})
	}
	for _, j := range s.Joiners {
		if j.Untold {
			out = append(out, Effect{Kind: TellParent, Parent: joinerNewsOf(s, j)})
		}
	}
	return out
}

// searchOf is the search that a referral step awaits.
func searchOf(s State, st *Step) *Search {
	return &Search{
		ID:   care.DeriveID(s.StartedAt, s.EnrollmentID, st.ID, strconv.Itoa(st.Occurrence), clockSearch, strconv.Itoa(st.Referral.Search)),
		Step: st.ID, Occurrence: st.Occurrence, Need: st.Referral.Need, PatientID: s.PatientID, Exclude: st.Referral.Asked,
	}
}
