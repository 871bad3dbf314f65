package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// launch begins the scenario on the server, and says to the simulator with what.
func (d *differential) launch(w *twin) error {
	if w.engine.Definition().Pathway == afterDischarge {
		return d.launchByDischarge(w)
	}
	facts, need := w.launchFacts(d.now), ""
	if slices.ContainsFunc(w.engine.Definition().Facts, func(f pathways.Fact) bool { return f.From == "event.need" }) {
		need = pickOne(w, []string{"transportation-insecurity", "food-insecurity", "utility-insecurity", "stress"})
	}
	return d.launchByRequest(w, need, facts)
}

func (d *differential) launchByDischarge(w *twin) error {
	left := d.now.Add(-time.Duration(2+w.rng.IntN(40)) * time.Hour).Truncate(time.Minute)
	st := stayOf(w.mrn, pickOne(w, []string{"01", "01", "01", "06", ""}), left)
	if a, err := d.sent(http.MethodPost, "/intake/hl7v2", st.message("A03", left.Add(10*time.Minute))); err != nil || a.status != http.StatusOK {
		return fmt.Errorf("telling of the discharge: %s, %w", a, err)
	}
	if err := d.findPatient(w); err != nil {
		return err
	}
	var found struct{ Items []enrollment }
	if err := d.fetch("/enrollments?pathway="+w.engine.Definition().Pathway+"&patient_id="+w.patient, &found); err != nil {
		return err
	}
	if len(found.Items) != 1 {
		return fmt.Errorf("the discharge led to %d enrollments: %+v", len(found.Items), found.Items)
	}
	w.id = found.Items[0].ID
	disposition := map[string]care.Disposition{"01": care.ToHome, "06": care.ToHomeHealth, "": care.DispositionNil}[st.disposition]
	w.notef("%s discharged to %s", left.Format(time.RFC3339), disposition)
	w.begin(engine.Event{Kind: engine.Started, Actor: theHospital, OccurredAt: left, Launch: &engine.Launch{
		EnrollmentID: w.id, PatientID: w.patient, Zone: "America/New_York", Calendar: care.USFederalCalendar(), Patient: w.facts(),
		Encounter: &care.Encounter{
			ID: found.Items[0].EncounterID, PatientID: w.patient, Class: care.Inpatient, Status: care.EncounterDischarged,
			AdmittedAt: &st.admitted, DischargedAt: &left, Disposition: disposition, Revision: 1,
		},
	}}, d.directory)
	return nil
}

func (w *twin) facts() engine.PatientFacts {
	return engine.PatientFacts{Language: "en", HasEmail: true, HasPhone: true}
}

func (d *differential) findPatient(w *twin) error {
	a, err := d.sent(http.MethodPost, "/patients/search", map[string]any{"identifier": w.mrn})
	if err != nil {
		return err
	}
	var found struct{ Items []patient }
	if err := json.Unmarshal(a.body, &found); err != nil || len(found.Items) != 1 {
		return fmt.Errorf("looking for the patient: %s, %w", a, err)
	}
	w.patient = found.Items[0].ID
	return nil
}
