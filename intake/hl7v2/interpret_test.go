package hl7v2

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
)

// interpret reads a message for the facility in New York.
func interpret(t *testing.T, raw string) care.Inbound {
	t.Helper()
	in, err := Interpret(parse(t, raw), Options{Zone: newYork(t), ReceivedAt: testNow})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// at is an instant of the test's facility.
func at(t *testing.T, text string) *time.Time {
	t.Helper()
	ts, err := ParseTimestamp(text, newYork(t))
	if err != nil {
		t.Fatal(err)
	}
	return &ts.Time
}

// adt writes an ADT message: the event, and PV1's fields by number.
func adt(event string, pv1 map[int]string) string {
	fields := make([]string, 53)
	fields[0], fields[1] = "PV1", "1"
	for n, value := range pv1 {
		fields[n] = value
	}
	return "MSH|^~\\&|ADT|HOSP|TL|TL|20261120120000||ADT^" + event + "|C1|P|2.5.1\rEVN||20261120115900\r" +
		"PID|1||77^^^HOSP^MR||Doe^Jo||19500317|F\r" + strings.TrimRight(strings.Join(fields, "|"), "|")
}

func TestDischarge(t *testing.T) {
	in := interpret(t, adt("A03", map[int]string{2: "I", 3: "W^1^2^NORTH&1.2.3&ISO", 19: "V9^^^HOSP^VN", 36: "01", 44: "20261115", 45: "202611201030"})+
		"\rDG1|1||I50.9^Heart failure^I10|||A\rDG1|2|I9|428.0|CHF\rDG1|3||LOC1^x^99L^84114007^Heart failure^SCT\rDG1|4|||only words")
	want := care.Inbound{
		Kind: "ADT^A03", Source: "ADT/HOSP", ControlID: "C1", OccurredAt: *at(t, "20261120115900"),
		Patient: &care.Patient{
			Identifiers: []care.Identifier{{System: "HOSP", Value: "77", Type: "MR"}},
			FamilyName:  "Doe", GivenName: "Jo", BirthDate: "1950-03-17", Sex: "female",
		},
		Encounters: []care.EncounterReport{{
			Act: care.ActDischarge, Identifier: care.Identifier{System: "HOSP", Value: "V9", Type: "VN"},
			Class: care.Inpatient, AdmittedAt: at(t, "20261115"), DischargedAt: at(t, "202611201030"),
			Disposition: care.ToHome, Facility: "urn:oid:1.2.3",
			Diagnoses: []care.Diagnosis{
				{Coding: care.Coding{System: "http://hl7.org/fhir/sid/icd-10-cm", Code: "I50.9", Display: "Heart failure"}, Use: care.UseAdmission, Rank: 1},
				{Coding: care.Coding{System: "http://hl7.org/fhir/sid/icd-9-cm", Code: "428.0", Display: "CHF"}, Rank: 2},
				{Coding: care.Coding{System: "http://snomed.info/sct", Code: "84114007", Display: "Heart failure"}, Rank: 3},
			},
		}},
	}
	if diff := cmp.Diff(want, in); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The priority of a diagnosis outweighs its place, and a code without a system is known by its form.
func TestDiagnosisPriorityAndForm(t *testing.T) {
	in := interpret(t, adt("A03", map[int]string{2: "I", 19: "V9", 45: "202611201030"})+
		"\rDG1|1||E11.9^Diabetes|||F|||||||||2\rDG1|2||J44.1^COPD^I10C|||F|||||||||1\rDG1|3||V9^odd|||F")
	want := []care.Diagnosis{
		{Coding: care.Coding{System: care.SystemICD10CM, Code: "E11.9", Display: "Diabetes"}, Rank: 2},
		{Coding: care.Coding{System: care.SystemICD10CM, Code: "J44.1", Display: "COPD"}, Rank: 1},
		{Coding: care.Coding{Code: "V9", Display: "odd"}},
	}
	if diff := cmp.Diff(want, in.Encounters[0].Diagnoses); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(in.Warnings) != 1 || !strings.Contains(in.Warnings[0], "DG1-3") {
		t.Errorf("warnings %q", in.Warnings)
	}
}

// What each event means for the stay, and whether it may speak of a discharge.
func TestStayEvents(t *testing.T) {
	for event, want := range map[string]struct {
		act        care.EncounterAct
		discharged bool
	}{
		"A01": {care.ActAdmit, false}, "A02": {care.ActTransfer, false}, "A03": {care.ActDischarge, true}, "A04": {care.ActRegister, false},
		"A05": {care.ActPreadmit, false}, "A06": {care.ActToInpatient, false}, "A07": {care.ActToOutpatient, false}, "A08": {care.ActUpdate, true},
		"A11": {care.ActCancelAdmit, false}, "A12": {care.ActCancelTransfer, false}, "A13": {care.ActCancelDischarge, false},
		"A16": {care.ActUpdate, false}, "A25": {care.ActUpdate, false}, "A27": {care.ActCancelAdmit, false}, "A38": {care.ActCancelAdmit, false},
	} {
		in := interpret(t, adt(event, map[int]string{2: "I", 19: "V9", 36: "03", 44: "20261115", 45: "20261120"}))
		if len(in.Encounters) != 1 {
			t.Errorf("%s: %d stays", event, len(in.Encounters))
			continue
		}
		e := in.Encounters[0]
		if e.Act != want.act || (e.DischargedAt != nil) != want.discharged || (e.Disposition == care.ToSNF) != want.discharged {
			t.Errorf("%s: %+v", event, e)
		}
	}
}

func TestPersonEventsTouchNoStay(t *testing.T) {
	for _, raw := range []string{
		adt("A28", map[int]string{2: "I", 19: "V9"}), adt("A31", map[int]string{2: "I", 19: "V9"}),
		strings.Split(adt("A08", nil), "\rPV1")[0],
	} {
		in := interpret(t, raw)
		if len(in.Encounters) != 0 || in.Patient == nil || in.Ignored != "" {
			t.Errorf("%s: %+v", in.Kind, in)
		}
	}
}

// A discharge without its own time takes the event's, and says so.
func TestDischargeTimeFallsBack(t *testing.T) {
	in := interpret(t, adt("A03", map[int]string{2: "I", 19: "V9"}))
	if got := in.Encounters[0].DischargedAt; !got.Equal(*at(t, "20261120115900")) || len(in.Warnings) != 1 {
		t.Errorf("discharged %v, warnings %q", got, in.Warnings)
	}
	occurred := strings.Replace(adt("A03", map[int]string{2: "I", 19: "V9", 45: "soon"}), "EVN||20261120115900", "EVN||20261120115900||||202611200900", 1)
	in = interpret(t, occurred)
	if got := in.Encounters[0].DischargedAt; !got.Equal(*at(t, "202611200900")) || len(in.Warnings) != 2 {
		t.Errorf("discharged %v, warnings %q", got, in.Warnings)
	}
	if d := in.Encounters[0].Disposition; d != "" {
		t.Errorf("an empty PV1-36 says nothing, got %q", d)
	}
}

func TestTimesWithoutOffsetAreTheFacilitys(t *testing.T) {
	in := interpret(t, adt("A03", map[int]string{19: "V9", 45: "202611202330"}))
	if got := in.Encounters[0].DischargedAt.UTC().Format(time.RFC3339); got != "2026-11-21T04:30:00Z" {
		t.Errorf("got %s", got)
	}
	in = interpret(t, adt("A03", map[int]string{19: "V9", 45: "202611210430+0000"}))
	if got := in.Encounters[0].DischargedAt.Format(time.RFC3339); got != "2026-11-20T23:30:00-05:00" {
		t.Errorf("got %s: the date of discharge is the facility's", got)
	}
}

func TestVisitIdentifier(t *testing.T) {
	visit := func(raw string) care.Identifier { return interpret(t, raw).Encounters[0].Identifier }
	if got := visit(adt("A01", map[int]string{19: "V9^^^NS&1.2&ISO^VN"})); got != (care.Identifier{System: "urn:oid:1.2", Value: "V9", Type: "VN"}) {
		t.Errorf("visit number: %+v", got)
	}
	account := strings.Replace(adt("A01", nil), "|19500317|F", "|19500317|F||||||||||ACC1", 1)
	if got := visit(account); got != (care.Identifier{System: "HOSP", Value: "ACC1", Type: "AN"}) {
		t.Errorf("account: %+v", got)
	}
	first := visit(adt("A01", map[int]string{44: "202611150800"}))
	if got := visit(adt("A03", map[int]string{44: "202611150800-0500"})); got != first || strings.Contains(got.Value, "77") {
		t.Errorf("the same admission is the same stay, and no record number: %+v, %+v", first, got)
	}
	if got := visit(adt("A01", map[int]string{44: "202611160800"})); got == first {
		t.Error("another admission is another stay")
	}
}

func TestDispositions(t *testing.T) {
	for code, want := range map[string]care.Disposition{
		"01": care.ToHome, "1": care.ToHome, "02": care.ToHospital, "03": care.ToSNF, "04": care.ToNursingHome, "05": care.ToOther, "06": care.ToHomeHealth,
		"07": care.AgainstAdvice, "20": care.Expired, "21": care.ToLaw, "30": care.StillPatient, "33": care.StillPatient, "41": care.Expired, "50": care.ToHospiceHome, "51": care.ToHospice,
		"61": care.ToSNF, "62": care.ToRehab, "63": care.ToLTCH, "65": care.ToPsych, "81": care.ToHome, "83": care.ToSNF,
		"home": care.ToHome, "X^Expired": care.Expired, "exp": care.Expired, "H7^Own words": care.ToAssisted, "25": care.DispositionNil, "whatever": care.DispositionNil, `""`: "", "": "",
	} {
		raw := adt("A03", map[int]string{19: "V9", 36: code, 45: "20261120"})
		in, err := Interpret(parse(t, raw), Options{Dispositions: map[string]care.Disposition{"H7": care.ToAssisted}})
		if err != nil {
			t.Fatal(err)
		}
		if got := in.Encounters[0].Disposition; got != want {
			t.Errorf("%q = %q, want %q", code, got, want)
		}
		if unclear := len(in.Warnings) > 0; unclear != (want == care.DispositionNil) {
			t.Errorf("%q: warnings %q", code, in.Warnings)
		}
	}
}

func TestClasses(t *testing.T) {
	for code, want := range map[string]care.EncounterClass{
		"I": care.Inpatient, "E": care.Emergency, "O": care.Outpatient, "P": care.Preadmit, "R": care.Outpatient, "B": care.Inpatient, "OBS": care.Observation,
		"obsenc": care.Observation, "IMP": care.Inpatient, "N": "", "U": "", "": "", "77": "", "SDS": care.OtherClass,
	} {
		in, err := Interpret(parse(t, adt("A01", map[int]string{2: code, 19: "V9", 44: "20261115"})), Options{Classes: map[string]care.EncounterClass{"SDS": care.OtherClass}})
		if err != nil {
			t.Fatal(err)
		}
		if got := in.Encounters[0].Class; got != want {
			t.Errorf("%q = %q, want %q", code, got, want)
		}
	}
	in := interpret(t, adt("A01", map[int]string{2: "O", 18: "OBS", 19: "V9", 44: "20261115"}))
	if got := in.Encounters[0].Class; got != care.Observation {
		t.Errorf("an outpatient of type observation is %q", got)
	}
}

func TestPatient(t *testing.T) {
	in := interpret(t, "MSH|^~\\&|ADT|HOSP|TL|TL|20261120||ADT^A31|C1|P|2.5.1\r"+
		"PID|1|EXT1^^^OTHER^PT|77^^^HOSP&1.2.3&ISO^MR~555^^^USSSA^SS~88~77^^^HOSP&1.2.3&ISO^MR~\"\"^^^X|A1|Alias^Al^^^^^A~Do\\T\\e&van^Jo^Q^^^^L||195003172330-0800|m||"+
		"|PO Box 1^^Ybor^FL^33605^USA^M~12&Oak St^Apt 4^Tampa^FL^33602^USA^H~x^^^^^^BA||"+
		"(813)555-0100^PRN^PH~^PRN^CP^^1^813^5550101~^NET^Internet^jo@example.org~(813)555-0100~5550199^PRN^FX|813 555 0102^WPN|spa^Spanish^ISO639||||ACC1|123-45-6789")
	want := &care.Patient{
		Identifiers: []care.Identifier{
			{System: "urn:oid:1.2.3", Value: "77", Type: "MR"}, {System: "USSSA", Value: "555", Type: "SS"}, {System: "HOSP", Value: "88"}, {System: "OTHER", Value: "EXT1", Type: "PT"},
		},
		FamilyName: "Do&e", GivenName: "Jo", BirthDate: "1950-03-17", Sex: "male", Language: "es",
		Address: &care.Address{Line: "12 Oak St, Apt 4", City: "Tampa", State: "FL", PostalCode: "33602", Country: "USA"},
		Telecoms: []care.Telecom{
			{System: "phone", Value: "(813)555-0100", Use: "home"}, {System: "phone", Value: "+1 813 5550101", Use: "mobile"},
			{System: "email", Value: "jo@example.org", Use: "home"}, {System: "phone", Value: "813 555 0102", Use: "work"},
		},
	}
	if diff := cmp.Diff(want, in.Patient); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDeath(t *testing.T) {
	for _, c := range []struct {
		at, indicator string
		dead, dated   bool
		warnings      int
	}{
		{"", "", false, false, 0}, {"20261119", "Y", true, true, 0}, {"", "Y", true, false, 0},
		{"20261119", "", true, true, 0}, {"20261119", "N", false, false, 1}, {"", "N", false, false, 0}, {`""`, `""`, false, false, 2},
	} {
		in := interpret(t, "MSH|^~\\&|A|B|||20261120||ADT^A31|C1|P|2.5\rPID|1||77"+strings.Repeat("|", 26)+c.at+"|"+c.indicator)
		if p := in.Patient; p.Deceased != c.dead || (p.DeceasedAt != nil) != c.dated || len(in.Warnings) != c.warnings {
			t.Errorf("%q %q: %+v, warnings %q", c.at, c.indicator, p, in.Warnings)
		}
	}
}

func TestLanguages(t *testing.T) {
	for code, want := range map[string]string{
		"en": "en", "EN^English": "en", "eng": "en", "SPA": "es", "^Spanish": "es", "ara^^HL70296": "ar", "Haitian Creole": "ht", "pt-BR": "pt-BR", "": "", "99": "", "Klingonish": "",
	} {
		m := parse(t, "MSH|^~\\&|A\rPID|"+strings.Repeat("|", 14)+code)
		if got := languageOf(m.Segment("PID").Field(15)); got != want {
			t.Errorf("%q = %q, want %q", code, got, want)
		}
	}
}

func TestMerges(t *testing.T) {
	const header = "MSH|^~\\&|ADT|HOSP|TL|TL|20261120||ADT^A40^ADT_A39|C1|P|2.5\rEVN||20261120\r"
	in := interpret(t, header+"PID|1||1^^^H^MR||Doe^Jo\rMRG|2^^^H^MR~1^^^H^MR|||3^^^H^PE\rPV1|1|O\rPID|2||5^^^H^MR||Roe\rMRG|6^^^H^MR\rPID|3||7^^^H\rMRG|7^^^H")
	id := func(value, kind string) care.Identifier {
		return care.Identifier{System: "H", Value: value, Type: kind}
	}
	want := []care.PatientMerge{
		{Surviving: []care.Identifier{id("1", "MR")}, Losing: []care.Identifier{id("2", "MR"), id("3", "PE")}},
		{Surviving: []care.Identifier{id("5", "MR")}, Losing: []care.Identifier{id("6", "MR")}},
	}
	if diff := cmp.Diff(want, in.Merges); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if in.Patient == nil || in.Patient.FamilyName != "Doe" || len(in.Encounters) != 0 || len(in.Warnings) != 1 {
		t.Errorf("%+v", in)
	}
	for _, event := range []string{"A18", "A34", "A36", "A47"} {
		in := interpret(t, strings.Replace(header, "A40^ADT_A39", event, 1)+"PID|1||1^^^H\rMRG|2^^^H")
		if len(in.Merges) != 1 {
			t.Errorf("%s is no merge", event)
		}
	}
	if in := interpret(t, header+"PID|1||1^^^H\rMRG|1^^^H"); in.Ignored == "" {
		t.Errorf("a merge with itself: %+v", in)
	}
}

func TestAuthoritiesAreMapped(t *testing.T) {
	in, err := Interpret(parse(t, adt("A01", map[int]string{19: "V9", 44: "20261115"})), Options{Authorities: map[string]string{"HOSP": "urn:hosp"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := in.Patient.Identifiers[0].System; got != "urn:hosp" {
		t.Errorf("patient: %q", got)
	}
	if got := in.Encounters[0]; got.Identifier.System != "urn:hosp" || got.Facility != "urn:hosp" {
		t.Errorf("stay: %+v", got)
	}
}

func TestResults(t *testing.T) {
	in := interpret(t, "MSH|^~\\&|LAB|HOSP|TL|TL|20261121||ORU^R01|C1|P|2.3\rPID|1||77^^^HOSP^MR\rPV1|1|I|||||||||||||||||V9\r"+
		"ORC|RE|P1|F1\rOBR|1|||CHEM|||202611210700||||||||||||||||||F\r"+
		"OBX|1|NM|K^Potassium^L^2823-3^Potassium^LN||6.9|mmol/L^x^UCUM|3.5-5.1|HH|||F|||202611210730\rNTE|1||called\r"+
		"OBX|2|NM|2951-2^Sodium^LN||140|mmol/L|||||\r"+
		"OBR|2|P2|F2|MICRO|||202611210800\rOBX|1|TX|CULT^Culture^L||Growth of||||||P\rOBX|2|TX|CULT^Culture^L||something \\T\\ more||||||P\r"+
		"OBR|3|P3|F3|X\rOBX|1|NM|A^a^L|1|5||||||C\rOBX|2|NM|B^b^L||5|||LL|||D\rOBX|3|NM|C^c^L||\"\"|||AA|||X\rOBX|4|SN|D^d^L||>^1^:^128|||H~AA|||F")
	type row struct {
		id, code, value, unit, ranges, flags, status string
		critical                                     bool
		at                                           string
	}
	var got []row
	for _, o := range in.Observations {
		observed := ""
		if o.ObservedAt != nil {
			observed = o.ObservedAt.Format("02 15:04")
		}
		if o.Identifier.System != "HOSP" {
			t.Errorf("the result's identifier is of %q", o.Identifier.System)
		}
		got = append(got, row{o.Identifier.Value, o.Code.Code, o.Value, o.Unit, o.Range, strings.Join(o.Flags, ","), o.Status, o.Critical, observed})
	}
	want := []row{
		{"F1|K|", "2823-3", "6.9", "mmol/L", "3.5-5.1", "HH", "final", true, "21 07:30"},
		{"F1|2951-2|", "2951-2", "140", "mmol/L", "", "", "final", false, "21 07:00"},
		{"F2|CULT|", "CULT", "Growth of", "", "", "", "preliminary", false, "21 08:00"},
		{"F2|CULT|#2", "CULT", "something & more", "", "", "", "preliminary", false, "21 08:00"},
		{"F3|A|1", "A", "5", "", "", "", "corrected", false, ""},
		{"F3|B|", "B", "5", "", "", "LL", "entered-in-error", false, ""},
		{"F3|C|", "C", "", "", "", "AA", "cancelled", false, ""},
		{"F3|D|", "D", ">1:128", "", "", "H,AA", "final", true, ""},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(row{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(in.Encounters) != 0 {
		t.Error("a result tells of no stay")
	}
}

// A correction has the identifier of what it corrects, so that it can close its alert.
func TestCorrectionReplacesItsResult(t *testing.T) {
	first := interpret(t, result)
	second := interpret(t, strings.Replace(strings.Replace(result, "6.9|mmol/L|3.5-5.1|HH|||F", "4.1|mmol/L|3.5-5.1|N|||C", 1), "|M2|", "|M3|", 1))
	a, b := first.Observations[0], second.Observations[0]
	if a.Identifier != b.Identifier || !a.Critical || b.Critical || b.Status != "corrected" {
		t.Errorf("%+v\n%+v", a, b)
	}
}

func TestValues(t *testing.T) {
	for obx, want := range map[string]string{
		"NM||12.50": "12.50", "ST||a^b\\S\\c": "a^b^c", "FT||one~two\\.br\\three": "one\ntwo\nthree", "CWE||260373001^Detected^SCT": "Detected", "CE||DET": "DET",
		"SN||<^15": "<15", "SN||^1^-^3": "1-3", "NR||1^10": "1 - 10", "DR||2026^2027": "2026 - 2027", "ED||ID^TEXT^PDF^Base64^AAAA": "document PDF", "RP||x": "document at the sender",
		"XCN||9^Roe^Ann": "Ann Roe", "XPN||Roe^Ann": "Ann Roe", "CQ||5^mg&milli": "5 mg", "DT||20261120": "20261120", "NM||100~200": "100, 200", "||x^y": "x^y", "NM||": "",
	} {
		kind, rest, _ := strings.Cut(obx, "|")
		m := parse(t, "MSH|^~\\&|A\rOBX|1|"+kind+"|K|"+rest)
		if got := observationValue(m.Segment("OBX")); got != want {
			t.Errorf("%s = %q, want %q", obx, got, want)
		}
	}
}

func TestOwnCriticalFlags(t *testing.T) {
	in, err := Interpret(parse(t, strings.Replace(result, "|HH|", "|crit|", 1)), Options{CriticalFlags: []string{"CRIT"}})
	if err != nil || !in.Observations[0].Critical {
		t.Errorf("%+v, %v", in.Observations, err)
	}
}

// siu writes an SIU message with what follows SCH-10.
func siu(event, status, rest string) string {
	return "MSH|^~\\&|SCH|HOSP|TL|TL|20261120||SIU^" + event + "|C1|P|2.5\rSCH|P1|F1^NS|||||CHECK^Checkup|FU^Follow-up|30|min|^^30^202612011000^202612011030" +
		strings.Repeat("|", 14) + status + rest + "\rPID|1||77^^^HOSP^MR"
}

func TestAppointments(t *testing.T) {
	for _, c := range []struct {
		event, status string
		want          care.AppointmentStatus
	}{
		{"S12", "Booked", care.AppointmentBooked}, {"S13", "", care.AppointmentBooked}, {"S14", "Complete", care.AppointmentKept}, {"S14", "No-Show", care.AppointmentNoShow},
		{"S14", "Cancelled", care.AppointmentCancelled}, {"S14", "Arrived", care.AppointmentBooked}, {"S15", "Booked", care.AppointmentCancelled},
		{"S16", "", care.AppointmentCancelled}, {"S17", "", care.AppointmentCancelled}, {"S26", "Booked", care.AppointmentNoShow},
	} {
		in := interpret(t, siu(c.event, c.status, ""))
		want := []care.AppointmentReport{{
			Identifier: care.Identifier{System: "NS", Value: "F1", Type: "FILL"}, Status: c.want,
			Start: at(t, "202612011000"), End: at(t, "202612011030"), Reason: "Checkup", Service: "Follow-up",
		}}
		if diff := cmp.Diff(want, in.Appointments); diff != "" {
			t.Errorf("%s %q (-want +got):\n%s", c.event, c.status, diff)
		}
		if in.Patient == nil {
			t.Errorf("%s: no patient", c.event)
		}
	}
	if in := interpret(t, siu("S23", "", "")); in.Ignored == "" {
		t.Error("S23 blocks a slot of the schedule; it is of no use")
	}
}

func TestAppointmentTimes(t *testing.T) {
	const timing = "^^30^202612011000^202612011030"
	resourcesOnly := strings.Replace(siu("S12", "", ""), timing, "", 1)
	for _, c := range []struct {
		name, raw, start, end string
	}{
		{"TQ1 first", siu("S12", "", "\rTQ1|1||||||202612020900|202612021000"), "202612020900", "202612021000"},
		{"SCH-11 before resources", siu("S12", "", "") + "\rAIS|1||X|202612030900", "202612011000", "202612011030"},
		{"earliest resource, its duration", resourcesOnly + "\rAIG|1||X|||||202612030930|||15|min\rAIL|1||X|||202612030900|||1|h", "202612030900", "202612031000"},
		{"resource, duration of the appointment", resourcesOnly + "\rAIP|1||X|||202612030900", "202612030900", "202612030930"},
		{"service", resourcesOnly + "\rAIS|1||X^Heart visit|202612030900|||45|m", "202612030900", "202612030945"},
	} {
		in := interpret(t, c.raw)
		a := in.Appointments[0]
		if diff := cmp.Diff([]*time.Time{at(t, c.start), at(t, c.end)}, []*time.Time{a.Start, a.End}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	in := interpret(t, resourcesOnly)
	if in.Appointments[0].Start != nil || len(in.Warnings) != 1 {
		t.Errorf("no time at all: %+v", in)
	}
}

func TestCancelledForItsReason(t *testing.T) {
	raw := strings.Replace(siu("S15", "", ""), "|||||CHECK", "||||PT^Patient asked|CHECK", 1)
	if got := interpret(t, raw).Appointments[0].Reason; got != "Patient asked" {
		t.Errorf("got %q", got)
	}
}

func TestIgnoredSaysWhy(t *testing.T) {
	for _, c := range []string{"ADT^A24", "ADT^A60", "ADT^A99", "ADT^A20", "ORM^O01", "MDM^T02", "ORU^W01", "ZZZ^Z01", "RQI^I01", "SIU^S20"} {
		in := interpret(t, "MSH|^~\\&|A|B|||20261120||"+c+"|1|P|2.5\rPID|1||77")
		if !strings.HasSuffix(in.Ignored, ".") || in.Patient != nil || in.Kind != c {
			t.Errorf("%s: %+v", c, in)
		}
	}
}

func TestRealVectors(t *testing.T) {
	read := func(path string) care.Inbound {
		batch, err := Split(realFile(t, path))
		if err != nil {
			t.Fatal(err)
		}
		return interpret(t, string(batch.Messages[0]))
	}
	cbc := read("ms-fhir-converter/LRI_2.0-NG_CBC_Typ_Message.hl7")
	var critical []string
	for _, o := range cbc.Observations {
		if o.Critical {
			critical = append(critical, o.Code.Code+" "+o.Value+" "+o.Status)
		}
	}
	if diff := cmp.Diff([]string{"26464-8 105600 final"}, critical[:1]); diff != "" || len(critical) != 4 {
		t.Errorf("critical results %q\n%s", critical, diff)
	}
	noShow := read("ms-fhir-converter/SIU-S26-01.hl7")
	if a := noShow.Appointments[0]; a.Status != care.AppointmentNoShow || a.Identifier.Value != "36996" || !a.Start.Equal(*at(t, "20210924093000+0215")) {
		t.Errorf("no-show: %+v", a)
	}
	merge := read("ms-fhir-converter/ADT-A40-01.hl7")
	if diff := cmp.Diff([]care.PatientMerge{{
		Surviving: []care.Identifier{{System: "BCBS", Value: "12345", Type: "MR"}},
		Losing:    []care.Identifier{{System: "BCBS", Value: "56789", Type: "MR"}},
	}}, merge.Merges); diff != "" {
		t.Errorf("merge (-want +got):\n%s", diff)
	}
	discharge := read("ms-fhir-converter/ADT-A03-01.hl7").Encounters[0]
	if discharge.Act != care.ActDischarge || discharge.Identifier.Value != "40007716" || !discharge.DischargedAt.Equal(*at(t, "20150209113419+0110")) {
		t.Errorf("discharge: %+v", discharge)
	}
	own := read("cosyte/edge-cases/custom-msh-delimiters.hl7")
	if own.Patient.FamilyName != "Doe" || own.Patient.Identifiers[0] != (care.Identifier{System: "HOSP", Value: "MRN-CMD-001", Type: "MR"}) {
		t.Errorf("own delimiters: %+v", own.Patient)
	}
}
