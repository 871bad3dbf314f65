package fhir

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"throughline/care"
)

// dataRoot is where the real inputs are, beside the project.
const dataRoot = "../../../shared/data"

func needData(t testing.TB) string {
	t.Helper()
	if _, err := os.Stat(filepath.Join(dataRoot, "01-fhir-patients")); err != nil {
		t.Skipf("the real inputs are not here (%s): nothing to read", dataRoot)
	}
	return dataRoot
}

// readData reads a file, unpacking gzip.
func readData(t testing.TB, path string) []byte {
	t.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(path, ".gz") {
		return body
	}
	packed, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body, err = io.ReadAll(packed); err != nil {
		t.Fatal(err)
	}
	return body
}

// bulkBundles assembles the files of a bulk export (one NDJSON file for each resource type) into a
// collection Bundle for each patient, by patient id.
func bulkBundles(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.000.ndjson.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no NDJSON files in %s (%v)", dir, err)
	}
	entries := map[string][]map[string]json.RawMessage{}
	for _, file := range files {
		for line := range bytes.SplitSeq(readData(t, file), []byte("\n")) {
			if len(line) == 0 {
				continue
			}
			id := bulkPatient(t, line)
			entries[id] = append(entries[id], map[string]json.RawMessage{"resource": line})
		}
	}
	delete(entries, "") // organizations, places and practitioners belong to nobody
	out := map[string][]byte{}
	for id, list := range entries {
		body, err := json.Marshal(map[string]any{"resourceType": "Bundle", "type": "collection", "entry": list})
		if err != nil {
			t.Fatal(err)
		}
		out[id] = body
	}
	return out
}

// bulkPatient gives the id of the patient that a resource is about.
func bulkPatient(t testing.TB, line []byte) string {
	t.Helper()
	var r struct {
		ResourceType, ID string
		Subject, Patient reference
	}
	if err := json.Unmarshal(line, &r); err != nil {
		t.Fatal(err)
	}
	if r.ResourceType == "Patient" {
		return r.ID
	}
	return strings.TrimPrefix(r.Subject.Reference+r.Patient.Reference, "Patient/")
}

// indexRow is what INDEX.csv says of one patient; it was counted by other people's program.
type indexRow struct {
	file, birth, gender, deceased    string
	encounters, inpatient, emergency int
	lastDischarge                    string
}

func indexRows(t *testing.T) []indexRow {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(readData(t, filepath.Join(needData(t), "01-fhir-patients", "INDEX.csv")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	var out []indexRow
	for _, r := range rows[1:] {
		out = append(out, indexRow{file: r[0], birth: r[1], gender: r[2], deceased: r[3], encounters: number(r[5]), inpatient: number(r[6]), emergency: number(r[7]), lastDischarge: r[9]})
	}
	return out
}

// interpretIndexed reads the Bundle of one row of the index.
func interpretIndexed(t *testing.T, bulk map[string][]byte, row indexRow) care.Inbound {
	t.Helper()
	var body []byte
	if _, id, found := strings.Cut(row.file, "#Patient/"); found {
		body = bulk[id]
	} else {
		body = readData(t, filepath.Join(dataRoot, row.file))
	}
	in, err := Interpret(body, Options{Source: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if len(in) != 1 {
		t.Fatalf("%d inbounds, want one patient", len(in))
	}
	return in[0]
}

// stays gives the reports of a class.
func stays(in care.Inbound, class care.EncounterClass) []care.EncounterReport {
	return slices.DeleteFunc(slices.Clone(in.Encounters), func(e care.EncounterReport) bool { return e.Class != class })
}

// lastDischarge is the end of the inpatient stay that began last, as the index counts it: one
// patient has a short stay within a longer one.
func lastDischarge(in care.Inbound) (end time.Time) {
	var begun time.Time
	for _, e := range stays(in, care.Inpatient) {
		if !e.AdmittedAt.Before(begun) {
			begun, end = *e.AdmittedAt, *e.DischargedAt
		}
	}
	return end
}

// localDates gives the dates that an instant may have had where it was written down: the export
// has the sender's offset, which we turn to UTC.
func localDates(at time.Time) []string {
	var out []string
	for _, hours := range []int{0, -4, -5, -7} {
		out = append(out, at.Add(time.Duration(hours)*time.Hour).Format(time.DateOnly))
	}
	return out
}

func TestIndexedPatients(t *testing.T) {
	rows := indexRows(t)
	bulk := bulkBundles(t, filepath.Join(dataRoot, "01-fhir-patients", "bulk-export-2024"))
	if len(rows) != 62 || len(bulk) != 9 {
		t.Fatalf("%d rows and %d bulk patients, want 62 and 9", len(rows), len(bulk))
	}
	diedSoon := 0
	for _, row := range rows {
		t.Run(filepath.Base(row.file), func(t *testing.T) {
			in := interpretIndexed(t, bulk, row)
			checkIndexed(t, in, row)
			if last := lastDischarge(in); in.Patient.DeceasedAt != nil && !last.IsZero() && in.Patient.DeceasedAt.Sub(last) <= 24*time.Hour {
				diedSoon++
			}
		})
	}
	if diedSoon != 10 {
		t.Errorf("%d patients died before the first day after their last discharge was over, want 10", diedSoon)
	}
}

func checkIndexed(t *testing.T, in care.Inbound, row indexRow) {
	t.Helper()
	got := indexRow{
		file: row.file, birth: in.Patient.BirthDate, gender: in.Patient.Sex,
		encounters: len(in.Encounters), inpatient: len(stays(in, care.Inpatient)), emergency: len(stays(in, care.Emergency)),
		deceased: row.deceased, lastDischarge: row.lastDischarge,
	}
	if got != row {
		t.Errorf("counted %+v, want %+v", got, row)
	}
	if in.Patient.Deceased != (row.deceased != "") {
		t.Errorf("deceased %v, want %q", in.Patient.Deceased, row.deceased)
	}
	if row.deceased != "" && !slices.Contains(localDates(*in.Patient.DeceasedAt), row.deceased) {
		t.Errorf("died %s, want %s", in.Patient.DeceasedAt, row.deceased)
	}
	last := lastDischarge(in)
	if last.IsZero() != (row.lastDischarge == "") || row.lastDischarge != "" && !slices.Contains(localDates(last), row.lastDischarge) {
		t.Errorf("last discharge %s, want %q", last, row.lastDischarge)
	}
	for _, e := range in.Encounters {
		if e.Act != care.ActSnapshot || e.Identifier.Value == "" || e.Status != care.EncounterDischarged || e.AdmittedAt == nil || e.DischargedAt == nil || e.Disposition == "" {
			t.Fatalf("an incomplete stay: %+v", e)
		}
	}
	if in.OccurredAt.IsZero() && row.encounters > 0 {
		t.Error("nothing says when it was recorded")
	}
}

func TestTransferredOutpatientIsNoInpatientDischarge(t *testing.T) {
	root := needData(t)
	files, _ := filepath.Glob(filepath.Join(root, "01-fhir-patients/synthea-2019-smart/Courtney_*"))
	in, err := Interpret(readData(t, files[0]), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(stays(in[0], care.Inpatient)); n != 0 {
		t.Errorf("%d inpatient stays, want none", n)
	}
	transferred := slices.DeleteFunc(stays(in[0], care.Outpatient), func(e care.EncounterReport) bool { return e.Disposition != care.ToHospital })
	if len(transferred) != 1 {
		t.Errorf("%d outpatient visits transferred to a hospital, want 1", len(transferred))
	}
}

// TestEveryFile reads every file there is: each gives Inbounds that can be acted on or a reason.
func TestEveryFile(t *testing.T) {
	root := needData(t)
	ignored, read := 0, 0
	for _, folder := range []string{"01-fhir-patients", "02-fhir-notifications"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.Contains(path, ".ndjson") || strings.HasSuffix(path, ".csv") {
				return err
			}
			t.Run(filepath.Base(path), func(t *testing.T) {
				in, err := Interpret(readData(t, path), Options{Source: "test"})
				if err != nil {
					t.Fatal(err)
				}
				read++
				ignored += checkUsable(t, in)
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if read != 97 || ignored != 27 {
		t.Errorf("%d files read and %d of them ignored, want 97 and 27", read, ignored)
	}
}

func checkUsable(t *testing.T, in []care.Inbound) (ignored int) {
	t.Helper()
	if len(in) == 0 {
		t.Fatal("no inbound")
	}
	for _, one := range in {
		if one.Kind == "" || one.ControlID == "" {
			t.Errorf("an inbound without kind or control id: %+v", one)
		}
		if one.Ignored != "" {
			return 1
		}
		if one.Patient == nil || len(one.Patient.Identifiers) == 0 {
			t.Errorf("a patient that can't be found again")
		}
	}
	return 0
}

func TestNoPatients(t *testing.T) {
	root := needData(t)
	for _, name := range []string{"hospitalInformation", "practitionerInformation"} {
		files, _ := filepath.Glob(filepath.Join(root, "01-fhir-patients/synthea-2022-mcc", name+"*"))
		in, err := Interpret(readData(t, files[0]), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(in[0].Ignored, "The message tells nothing about a patient that we act on; it holds ") {
			t.Errorf("%s: ignored because %q", name, in[0].Ignored)
		}
	}
}

func TestNotifications(t *testing.T) {
	root := needData(t)
	for file, want := range map[string]string{
		"handshake_bundle_example.json":            "handshake",
		"heartbeat_bundle_example.json":            "heartbeat",
		"id_only_notification_bundle_example.json": "id-only",
		"empty_notification_bundle_example.json":   "(empty)",
		"subscription_resource_example.json":       "1 Subscription",
	} {
		in, err := Interpret(readData(t, filepath.Join(root, "02-fhir-notifications/subscriptions-backport-r4", file)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(in) != 1 || !strings.Contains(in[0].Ignored, want) {
			t.Errorf("%s: %+v, want it ignored for %q", file, in, want)
		}
	}
}

// TestOneStay: the three Da Vinci notifications tell one stay from admission to discharge, and
// only the last is a discharge though all carry period.end.
func TestOneStay(t *testing.T) {
	root := needData(t)
	var told []string
	for _, event := range []string{"admit", "transfer", "discharge"} {
		in, err := Interpret(readData(t, filepath.Join(root, "02-fhir-notifications/davinci-alerts", event+"-notification-message-bundle-01.json")), Options{})
		if err != nil {
			t.Fatal(err)
		}
		e := in[0].Encounters[0]
		told = append(told, fmt.Sprint(in[0].Kind, " ", e.Identifier.Value, " ", e.Class, " ", e.Status, " ", e.DischargedAt != nil, " ", e.Disposition))
	}
	want := []string{
		"fhir:message:notification-admit Elden718Halvorson12420181021T2122150700 emergency in_progress false ",
		"fhir:message:notification-transfer Elden718Halvorson12420181021T2122150700 inpatient in_progress false ",
		"fhir:message:notification-discharge Elden718Halvorson12420181021T2122150700 inpatient discharged true home",
	}
	if !slices.Equal(told, want) {
		t.Errorf("told\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
}
