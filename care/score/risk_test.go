package score_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"testing"

	"throughline/care/score"
)

// published are the tables of the papers as the shared data holds them.
type published struct {
	LACE struct {
		Points   map[string]json.RawMessage
		Bands    map[string]string `json:"risk_bands"`
		Examples []struct {
			In struct {
				Stay      int  `json:"los_days"`
				Acute     bool `json:"acute"`
				Charlson  int  `json:"charlson"`
				Emergency int  `json:"ed_visits_6m"`
			} `json:"in"`
			Score float64    `json:"score"`
			Band  score.Band `json:"band"`
		} `json:"public_worked_examples"`
	}
	HOSPITAL struct {
		Points     map[string]float64 `json:"points"`
		Admissions map[string][]row   `json:"admissions_prior_12_months"`
		Bands      map[string]string  `json:"risk_bands"`
	}
}

// entry reads one entry of a table.
func entry[T any](t *testing.T, table map[string]json.RawMessage, name string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(table[name], &v); err != nil {
		t.Fatalf("reading %s: %v", name, err)
	}
	return v
}

const tables = "07-risk-scores/lace_hospital_published_tables.json"

var noRisk = map[string]score.Value{
	"length_of_stay_days": 0, "acute_admission": false, "comorbidity_score": 0, "ed_visits_6_months": 0,
}

func TestLACETable(t *testing.T) {
	var p published
	readShared(t, tables, &p)
	cases := []struct {
		input string
		rows  []row
		count int
	}{
		{"length_of_stay_days", entry[[]row](t, p.LACE.Points, "L_days"), 7},
		{"comorbidity_score", entry[[]row](t, p.LACE.Points, "C_charlson"), 5},
		{"ed_visits_6_months", entry[[]row](t, p.LACE.Points, "E_ed_visits_prior_6_months"), 5},
	}
	for _, c := range cases {
		if len(c.rows) != c.count {
			t.Fatalf("%s: the table has %d rows, want %d", c.input, len(c.rows), c.count)
		}
		for _, row := range c.rows {
			for _, n := range row.numbers(t) {
				got := scored(t, "lace", "", with(noRisk, c.input, n))
				wantScore(t, got, row.Points, bandIn(t, p.LACE.Bands, row.Points))
			}
		}
	}
	wantScore(t, scored(t, "lace", "", with(noRisk, "acute_admission", true)), entry[float64](t, p.LACE.Points, "A_acute"), score.Low)
	all := map[string]score.Value{"length_of_stay_days": 14, "acute_admission": true, "comorbidity_score": 4, "ed_visits_6_months": 4}
	wantScore(t, scored(t, "lace", "", all), entry[float64](t, p.LACE.Points, "max"), score.High)

	if len(p.LACE.Examples) == 0 {
		t.Fatal("the file holds no worked examples")
	}
	for _, e := range p.LACE.Examples {
		wantScore(t, scored(t, "lace", "", map[string]score.Value{
			"length_of_stay_days": e.In.Stay, "acute_admission": e.In.Acute, "comorbidity_score": e.In.Charlson, "ed_visits_6_months": e.In.Emergency,
		}), e.Score, e.Band)
	}
}

// Every sum from 0 to 19 has the band of the published list.
func TestLACEBands(t *testing.T) {
	var p published
	readShared(t, tables, &p)
	seen := map[float64]bool{}
	for _, stay := range []int{0, 1, 2, 3, 4, 7, 14} {
		for comorbid := range 5 {
			for visits := range 5 {
				for _, acute := range []bool{false, true} {
					got := scored(t, "lace", "", map[string]score.Value{
						"length_of_stay_days": stay, "acute_admission": acute, "comorbidity_score": comorbid, "ed_visits_6_months": visits,
					})
					seen[*got.Value] = true
					if want := bandIn(t, p.LACE.Bands, *got.Value); got.Band != want {
						t.Errorf("%v points are %s, want %s", *got.Value, got.Band, want)
					}
				}
			}
		}
	}
	if len(seen) != 20 {
		t.Errorf("%d different sums, want each from 0 to 19", len(seen))
	}
}

func TestLACEByConditions(t *testing.T) {
	cases := []struct {
		name       string
		stay       int
		acute      bool
		conditions []string
		visits     int
		want       float64
		band       score.Band
	}{
		{"heart failure and an old infarction", 5, true, []string{"congestive_heart_failure", "previous_myocardial_infarction"}, 2, 12, score.High},
		{"all at the top", 14, true, []string{"metastatic_solid_tumour"}, 4, 19, score.High},
		{"nothing", 0, false, []string{"none"}, 0, 0, score.Low},
		{"the same condition twice counts once", 0, false, []string{"dementia", "dementia"}, 0, 3, score.Low},
		{"four points of comorbidity are five", 0, false, []string{"dementia", "cerebrovascular_disease"}, 0, 5, score.Moderate},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			wantScore(t, scored(t, "lace", "vanwalraven2010_conditions", map[string]score.Value{
				"length_of_stay_days": c.stay, "acute_admission": c.acute, "conditions": c.conditions, "ed_visits_6_months": c.visits,
			}), c.want, c.band)
		})
	}
}

var noHospitalRisk = map[string]score.Value{
	"hemoglobin_g_dl": 12.0, "oncology_service": false, "cancer": false, "sodium_mmol_l": 135, "procedure": false,
	"urgent_admission": false, "admissions_12_months": 0, "length_of_stay_days": 4,
}

func TestHOSPITALTable(t *testing.T) {
	var p published
	readShared(t, tables, &p)
	items := []struct {
		item, input string
		at          score.Value
	}{
		{"hemoglobin_lt_12_g_dl", "hemoglobin_g_dl", 11.9},
		{"oncology_discharge", "oncology_service", true},
		{"sodium_lt_135_mmol_l", "sodium_mmol_l", 134.9},
		{"procedure_during_stay", "procedure", true},
		{"index_type_urgent", "urgent_admission", true},
		{"length_of_stay_ge_5_days", "length_of_stay_days", 5},
	}
	if len(p.HOSPITAL.Points) != len(items)+1 {
		t.Fatalf("the table has %d items, want %d and the maximum", len(p.HOSPITAL.Points), len(items))
	}
	for variant, key := range map[string]string{"donze2016": "variant_2016", "donze2013": "variant_2013"} {
		// All answers stand at their last harmless value: 12 g/dL, 135 mmol/L, 4 days.
		wantScore(t, scored(t, "hospital", variant, noHospitalRisk), 0, score.Low)
		for _, i := range items {
			wantScore(t, scored(t, "hospital", variant, with(noHospitalRisk, i.input, i.at)), p.HOSPITAL.Points[i.item], score.Low)
		}
		rows := p.HOSPITAL.Admissions[key]
		if len(rows) != 3 {
			t.Fatalf("%s has %d rows, want 3", key, len(rows))
		}
		for _, row := range rows {
			for _, n := range row.numbers(t) {
				wantScore(t, scored(t, "hospital", variant, with(noHospitalRisk, "admissions_12_months", n)), row.Points, hospitalBand(t, p, row.Points))
			}
		}
		all := map[string]score.Value{
			"hemoglobin_g_dl": 8, "oncology_service": true, "sodium_mmol_l": 120, "procedure": true,
			"urgent_admission": true, "admissions_12_months": 6, "length_of_stay_days": 30,
		}
		wantScore(t, scored(t, "hospital", variant, all), p.HOSPITAL.Points["max"], score.High)
	}
}

func TestHOSPITALVariants(t *testing.T) {
	sick := map[string]score.Value{
		"hemoglobin_g_dl": 10.9, "oncology_service": false, "cancer": false, "sodium_mmol_l": 133, "procedure": true,
		"urgent_admission": true, "admissions_12_months": 3, "length_of_stay_days": 6,
	}
	cases := []struct {
		name, variant string
		answers       map[string]score.Value
		want          float64
		band          score.Band
	}{
		{"the default is that of 2016", "", sick, 8, score.High},
		{"one admission, 2016", "donze2016", with(sick, "admissions_12_months", 1), 6, score.Moderate},
		{"one admission, 2013", "donze2013", with(sick, "admissions_12_months", 1), 8, score.High},
		{"without the procedure", "simplified2017", sick, 7, score.High},
		{"cancer without oncology", "simplified2017", with(noHospitalRisk, "cancer", true), 2, score.Low},
		{"simplified, one admission", "simplified2017", with(noHospitalRisk, "admissions_12_months", 1), 0, score.Low},
		{"simplified, four points", "simplified2017", with(noHospitalRisk, "cancer", true, "length_of_stay_days", 5), 4, score.Low},
		{"simplified, five points", "simplified2017", with(noHospitalRisk, "admissions_12_months", 6), 5, score.High},
		{"simplified, all", "simplified2017", with(sick, "cancer", true, "admissions_12_months", 6), 12, score.High},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			wantScore(t, scored(t, "hospital", c.variant, c.answers), c.want, c.band)
		})
	}
}

// Of thirty thousand real admissions without laboratory values, the least HOSPITAL score that they
// can have goes with the share that came back within 30 days.
func TestRiskRisesWithHOSPITAL(t *testing.T) {
	if testing.Short() {
		t.Skip("reads thirty thousand admissions")
	}
	records := admissions(t)
	type group struct{ all, back int }
	groups := map[score.Band]*group{score.Low: {}, score.Moderate: {}, score.High: {}}
	hospital := lookup(t, "hospital")
	for _, record := range records {
		result, err := hospital.Score("", record.answers)
		if err != nil {
			t.Fatal(err)
		}
		if result.Value != nil || !slices.Equal(result.Missing, []string{"hemoglobin_g_dl", "oncology_service", "sodium_mmol_l"}) {
			t.Fatalf("scored %v with %v missing, want no value", result.Value, result.Missing)
		}
		g := groups[bandOfPoints(*result.Lowest)]
		g.all++
		if record.back {
			g.back++
		}
	}
	rate := func(b score.Band) float64 { return float64(groups[b].back) / float64(groups[b].all) }
	if len(records) < 29_000 || groups[score.High].all < 100 {
		t.Fatalf("%d admissions, %d of high risk", len(records), groups[score.High].all)
	}
	if rate(score.Moderate) < 1.5*rate(score.Low) || rate(score.High) < 1.5*rate(score.Moderate) {
		t.Errorf("came back: low %.3f, moderate %.3f, high %.3f; want each well above the one before", rate(score.Low), rate(score.Moderate), rate(score.High))
	}
}

func bandOfPoints(n float64) score.Band {
	switch {
	case n >= 7:
		return score.High
	case n >= 5:
		return score.Moderate
	}
	return score.Low
}

type admission struct {
	answers map[string]score.Value
	back    bool
}

func admissions(t *testing.T) []admission {
	t.Helper()
	text := sharedFile(t, "07-risk-scores/uci-diabetes-130/diabetic_data_rows_00001-30000.csv.gz")
	unpacked, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	rows := csv.NewReader(unpacked)
	header, err := rows.Read()
	if err != nil {
		t.Fatal(err)
	}
	var all []admission
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		text := func(column string) string { return row[slices.Index(header, column)] }
		number := func(column string) int {
			n, err := strconv.Atoi(text(column))
			if err != nil {
				t.Fatalf("%s: %v", column, err)
			}
			return n
		}
		kind := text("admission_type_id") // 1 emergency, 2 urgent
		all = append(all, admission{back: text("readmitted") == "<30", answers: map[string]score.Value{
			"procedure": number("num_procedures") > 0, "urgent_admission": kind == "1" || kind == "2",
			"admissions_12_months": number("number_inpatient"), "length_of_stay_days": number("time_in_hospital"),
		}})
	}
}

// bandIn finds the band of a sum in a published list, "0-4" or ">=10".
func bandIn(t *testing.T, bands map[string]string, points float64) score.Band {
	t.Helper()
	for band, text := range bands {
		if slices.Contains(row{Range: text}.numbers(t), int(points)) {
			return score.Band(band)
		}
	}
	t.Fatalf("no band holds %v", points)
	return ""
}

// hospitalBand knows that the papers write intermediate for moderate.
func hospitalBand(t *testing.T, p published, points float64) score.Band {
	t.Helper()
	if band := bandIn(t, p.HOSPITAL.Bands, points); band != "intermediate" {
		return band
	}
	return score.Moderate
}
