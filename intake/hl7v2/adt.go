package hl7v2

import "throughline/care"

// adtRule is what an ADT trigger event means here.
type adtRule struct {
	act     care.EncounterAct // what happened to the stay; empty: only the person is told of
	merge   bool              // PID and MRG name one person
	ignored string            // why nothing is done
}

// adtEvents are the trigger events of HL7 2.1 to 2.9, chapter 3. Pending events (A14 to A16, A25
// to A27) tell of plans, so they never carry a discharge.
var adtEvents = map[string]adtRule{
	"A01": {act: care.ActAdmit},
	"A02": {act: care.ActTransfer},
	"A03": {act: care.ActDischarge},
	"A04": {act: care.ActRegister},
	"A05": {act: care.ActPreadmit},
	"A06": {act: care.ActToInpatient},
	"A07": {act: care.ActToOutpatient},
	"A08": {act: care.ActUpdate},
	"A09": {act: care.ActUpdate}, // departing, tracking
	"A10": {act: care.ActUpdate}, // arriving, tracking
	"A11": {act: care.ActCancelAdmit},
	"A12": {act: care.ActCancelTransfer},
	"A13": {act: care.ActCancelDischarge},
	"A14": {act: care.ActPreadmit},    // pending admit
	"A15": {act: care.ActUpdate},      // pending transfer
	"A16": {act: care.ActUpdate},      // pending discharge
	"A25": {act: care.ActUpdate},      // cancel pending discharge
	"A26": {act: care.ActUpdate},      // cancel pending transfer
	"A27": {act: care.ActCancelAdmit}, // cancel pending admit
	"A38": {act: care.ActCancelAdmit}, // cancel pre-admit
	"A21": {act: care.ActUpdate},      // goes on leave of absence
	"A22": {act: care.ActUpdate},      // returns from it
	"A32": {act: care.ActUpdate},      // cancel arriving
	"A33": {act: care.ActUpdate},      // cancel departing
	"A52": {act: care.ActUpdate},      // cancel leave
	"A53": {act: care.ActUpdate},      // cancel return from leave
	"A54": {act: care.ActUpdate},      // change attending doctor
	"A55": {act: care.ActUpdate},      // cancel that change
	"A61": {act: care.ActUpdate},      // change consulting doctor
	"A62": {act: care.ActUpdate},      // cancel that change

	"A28": {}, // add person
	"A31": {}, // update person

	"A18": {merge: true}, // merge patient information, up to 2.3
	"A30": {merge: true}, // merge person information
	"A34": {merge: true}, // merge patient information, patient id only
	"A36": {merge: true}, // merge patient information, id and account
	"A39": {merge: true}, // merge person, patient id
	"A40": {merge: true}, // merge patient, identifier list
	"A46": {merge: true}, // change patient id: old and new name one person
	"A47": {merge: true}, // change identifier list

	"A17": {ignored: "ADT^A17 swaps the beds of two patients; beds matter to no pathway."},
	"A19": {ignored: "ADT^A19 is a query; queries are not answered here."},
	"A20": {ignored: "ADT^A20 tells of a bed, not of a patient."},
	"A23": {ignored: "ADT^A23 deletes a visit record; a stay that was entered in error must be cancelled (A11) or closed by a person."},
	"A24": {ignored: "ADT^A24 links two records without saying that they are one person; only a merge (A40) joins patients."},
	"A29": {ignored: "ADT^A29 deletes a person's record; records with open work are closed by a person, not by a message."},
	"A35": {ignored: "ADT^A35 merges account numbers; accounts matter to no pathway."},
	"A37": {ignored: "ADT^A37 unlinks two records; linking joins nothing here, so there is nothing to undo."},
	"A41": {ignored: "ADT^A41 merges account numbers; accounts matter to no pathway."},
	"A42": {ignored: "ADT^A42 merges two visits; which of them a pathway follows must be decided by a person."},
	"A43": {ignored: "ADT^A43 moves identifiers between patients; a person must check the patients concerned."},
	"A44": {ignored: "ADT^A44 moves an account between patients; accounts matter to no pathway."},
	"A45": {ignored: "ADT^A45 moves a visit between patients; a person must check the patients concerned."},
	"A48": {ignored: "ADT^A48 changes an alternate patient id that no pathway uses."},
	"A49": {ignored: "ADT^A49 changes an account number; accounts matter to no pathway."},
	"A50": {ignored: "ADT^A50 changes a visit number; the next message about the stay carries the new one."},
	"A51": {ignored: "ADT^A51 changes an alternate visit id that no pathway uses."},
	"A60": {ignored: "ADT^A60 updates allergies; no pathway uses them."},
}

// pendingEvents tell of what is planned: what they say of a discharge has not happened.
var pendingEvents = map[string]bool{"A14": true, "A15": true, "A16": true, "A25": true, "A26": true, "A27": true}

func (r *reading) adt(event string) {
	rule, known := adtEvents[event]
	switch {
	case !known:
		r.ignore("ADT^" + clip(event) + " is an event that no pathway uses.")
		return
	case rule.ignored != "":
		r.ignore(rule.ignored)
		return
	case rule.merge:
		r.merges()
		return
	}
	r.in.Patient = r.patient(r.msg.Segment("PID"))
	if rule.act != "" {
		r.encounter(rule.act, pendingEvents[event])
	}
}

// clip keeps a sender's text that goes into a sentence to the length of a code.
func clip(code string) string {
	const longest = 8
	if runes := []rune(code); len(runes) > longest {
		return string(runes[:longest])
	}
	return code
}

// merges reads each PID with the MRG that follows it: an A40 may hold several pairs.
func (r *reading) merges() {
	var survivor Segment
	for _, s := range r.msg.Segments {
		switch s.Name {
		case "PID":
			survivor = s
		case "MRG":
			r.merge(survivor, s)
		}
	}
	if len(r.in.Merges) == 0 {
		r.ignore("The merge names the same identifiers on both sides: there is nothing to join.")
	}
}

func (r *reading) merge(survivor, losing Segment) {
	kept := patientIdentifiers(r.msg, survivor, r.opt)
	gone := without(mergedIdentifiers(r.msg, losing, r.opt), kept)
	if len(kept) == 0 || len(gone) == 0 {
		r.warnf("a pair of PID and MRG does not name two patients: left out")
		return
	}
	if r.in.Patient == nil {
		r.in.Patient = r.patient(survivor)
	}
	r.in.Merges = append(r.in.Merges, care.PatientMerge{Surviving: kept, Losing: gone})
}

func without(all, some []care.Identifier) []care.Identifier {
	var rest []care.Identifier
	for _, id := range all {
		if !holds(some, id) {
			rest = append(rest, id)
		}
	}
	return rest
}

func holds(all []care.Identifier, one care.Identifier) bool {
	for _, id := range all {
		if id.System == one.System && id.Value == one.Value {
			return true
		}
	}
	return false
}
