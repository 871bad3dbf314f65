package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"throughline/care"
	"throughline/intake/router"
	"throughline/store"
)

// demoPatient is a generated person. None of them exists.
type demoPatient struct {
	mrn, family, given, sex, born, language, phone string
	disposition                                    string
	diagnosis                                      string // of ICD-10-CM, with its words
	daysAgo                                        int
}

var demoPatients = []demoPatient{
	{"DEMO-1001", "Okafor", "Ruth", "F", "19480312", "en", "5550100001", "01", "J18.9^Pneumonia, unspecified organism", 0},
	{"DEMO-1002", "Delgado", "Tomás", "M", "19550723", "es", "5550100002", "01", "K57.32^Diverticulitis of large intestine", 0},
	{"DEMO-1003", "Nguyen", "Linh", "F", "19620105", "en", "5550100003", "06", "S72.001D^Fracture of the right hip", 1},
	{"DEMO-1004", "Whitefeather", "Sam", "M", "19401119", "en", "5550100004", "01", "I50.23^Acute on chronic systolic heart failure", 1},
	{"DEMO-1005", "Kowalski", "Irena", "F", "19370628", "en", "5550100005", "03", "N39.0^Urinary tract infection", 1},
	{"DEMO-1006", "Baptiste", "Marie", "F", "19710214", "en", "5550100006", "01", "J44.1^COPD with acute exacerbation", 2},
	{"DEMO-1007", "Haddad", "Yusuf", "M", "19590930", "en", "5550100007", "07", "L03.115^Cellulitis of the right leg", 2},
	{"DEMO-1008", "Reyes", "Carmen", "F", "19660417", "es", "5550100008", "01", "K80.00^Gallstones with acute cholecystitis", 3},
	{"DEMO-1009", "Lindqvist", "Erik", "M", "19511205", "en", "5550100009", "", "M17.11^Osteoarthritis of the right knee", 0},
	{"DEMO-1010", "Abara", "Chidi", "M", "19830808", "en", "5550100010", "20", "A41.9^Sepsis, unspecified organism", 0},
}

var demoServices = []care.Service{
	{Organization: "Riverside Rides", Name: "Rides to the doctor", Needs: []string{"transportation-insecurity"}, Email: "dispatch@riverside-rides.invalid", Languages: []string{"en", "es"}, Status: "active"},
	{Organization: "County Transit", Name: "Dial-a-ride", Needs: []string{"transportation-insecurity"}, Email: "dial@county-transit.invalid", Languages: []string{"en"}, Status: "active"},
	{Organization: "Eastside Food Bank", Name: "Food boxes, delivered", Needs: []string{"food-insecurity"}, Email: "boxes@eastside-food.invalid", Languages: []string{"en", "es"}, Status: "active"},
	{Organization: "Housing First", Name: "Tenancy help", Needs: []string{"housing-instability", "homelessness"}, Email: "help@housing-first.invalid", Languages: []string{"en"}, Status: "active"},
	{Organization: "Bright Utilities Fund", Name: "Help with power bills", Needs: []string{"utility-insecurity"}, Email: "fund@bright.invalid", Languages: []string{"en"}, Status: "active"},
}

// seedDemo fills a new installation by its own front door: services into the directory, and the
// discharge message of each generated patient through intake.
func (a *App) seedDemo(ctx context.Context) error {
	for _, s := range demoServices {
		s.ID = care.KeyID("demo-service", s.Organization, s.Name)
		if err := a.store.PutService(ctx, s); err != nil {
			return fmt.Errorf("keeping a service: %w", err)
		}
	}
	var seeded bool
	if _, err := a.store.Setting(ctx, "demo_seeded", &seeded); err != nil {
		return fmt.Errorf("reading whether the demonstration was seeded: %w", err)
	}
	if seeded {
		return nil
	}
	now := a.logicalNow()
	for i, p := range demoPatients {
		if _, _, err := a.router.HL7(ctx, p.discharge(i, now), "demo"); err != nil {
			return fmt.Errorf("taking in a generated discharge: %w", err)
		}
	}
	for _, p := range demoScreened {
		if err := a.screen(ctx, p); err != nil {
			return fmt.Errorf("asking a generated patient: %w", err)
		}
	}
	return a.store.PutSetting(ctx, "demo_seeded", true)
}

// demoScreened came to the clinic, and are asked by mail: the local mailbox shows their links.
var demoScreened = []demoPatient{
	{mrn: "DEMO-2001", family: "Achterberg", given: "Joan", sex: "female", born: "1953-09-17", language: "en", phone: "5550100011"},
	{mrn: "DEMO-2002", family: "Quintana", given: "Rosa", sex: "female", born: "1961-01-30", language: "es", phone: "5550100012"},
}

// screen asks a patient about their needs, as somebody at the desk does.
func (a *App) screen(ctx context.Context, p demoPatient) error {
	desk := care.Actor{Kind: care.System, ID: "demo"}
	patient := care.Patient{
		ID: care.KeyID("demo-patient", p.mrn), FamilyName: p.family, GivenName: p.given, BirthDate: p.born, Sex: p.sex, Language: p.language,
		Identifiers: []care.Identifier{{System: "DEMOHOSP", Value: p.mrn, Type: "MR"}},
		Telecoms:    []care.Telecom{{System: "phone", Value: p.phone}, {System: "email", Value: strings.ToLower(p.mrn) + "@patients.invalid"}},
	}
	if err := a.store.Tx(ctx, desk, func(tx *store.Tx) error { return tx.PutPatient(&patient) }); err != nil {
		return fmt.Errorf("keeping the patient: %w", err)
	}
	_, err := a.router.Launch(ctx, router.Request{PatientID: patient.ID, Pathway: "social-needs-screening", Key: "demo", Actor: desk, Reason: "a demonstration"})
	return err
}

// discharge writes the patient's A03 as a hospital's system would.
func (p demoPatient) discharge(n int, now time.Time) []byte {
	const stamp = "20060102150405-0700"
	left := now.AddDate(0, 0, -p.daysAgo).Add(-2 * time.Hour)
	came := left.AddDate(0, 0, -4)
	email := strings.ToLower(p.mrn) + "@patients.invalid"
	segments := []string{
		fmt.Sprintf("MSH|^~\\&|ADT|DEMOHOSP|THROUGHLINE|HUB|%s||ADT^A03^ADT_A03|DEMO%06d|P|2.5.1|||AL|NE||UNICODE UTF-8", left.Format(stamp), n+1),
		"EVN|A03|" + left.Format(stamp),
		fmt.Sprintf("PID|1||%s^^^DEMOHOSP^MR||%s^%s||%s|%s|||12 Elm St^^Springfield^NY^12345||%s^PRN^CP~^NET^Internet^%s||%s", p.mrn, p.family, p.given, p.born, p.sex, p.phone, email, p.language),
		fmt.Sprintf("PV1|1|I|4W^401^1^DEMOHOSP||||||||||||||||%s|||||||||||||||||%s||||||||%s|%s", "V"+p.mrn, p.disposition, came.Format(stamp), left.Format(stamp)),
		"DG1|1||" + p.diagnosis + "^I10|||F",
	}
	return []byte(strings.Join(segments, "\r") + "\r")
}
