package score

import "slices"

const laceSource = "van Walraven et al., CMAJ 2010;182(6):551-557, table 3"

// lace is the LACE index: the risk of death or of an unplanned readmission within 30 days of a
// discharge to the community. 0 to 19 points.
//
// Points and components: van Walraven C et al., CMAJ 2010;182(6):551-557, table 3
// (doi:10.1503/cmaj.091117). Bands 0-4, 5-9 and 10 or more: as commonly used, BMC Cardiovasc
// Disord 2014;14:97. Its performance is modest and depends on age: it helps to decide whom to look
// at first and is no gate.
//
// Two things are read in different ways in print, and this is the reading here. The length of stay
// is the date of discharge minus the date of admission: only so can it be less than one day, which
// the table has a row for. Some guides count both days. And the comorbidity is weighted by LACE's
// own table, not by Charlson's of 1987. The "modified LACE" of later papers has other points and
// is not mixed in.
var lace = sum{key: "lace", version: 1, variants: []sumVariant{
	{
		name: "vanwalraven2010", bands: laceBands,
		components: []component{laceStay, laceAcute, laceComorbidity, laceVisits},
	},
	{
		// The same index for those who know the conditions and not their sum.
		name: "vanwalraven2010_conditions", bands: laceBands,
		components: []component{laceStay, laceAcute, laceConditions, laceVisits},
	},
}}

var laceBands = []bandFrom{{0, Low}, {5, Moderate}, {10, High}}

var (
	laceStay = component{
		input: Input{
			Name: "length_of_stay_days", Type: Int, Unit: "days", Min: bound(0), Max: bound(3650),
			Label: "Length of stay: date of discharge minus date of admission, 0 within one day", Source: laceSource,
		},
		points: pointsFrom([2]float64{1, 1}, [2]float64{2, 2}, [2]float64{3, 3}, [2]float64{4, 4}, [2]float64{7, 5}, [2]float64{14, 7}),
		most:   7,
	}
	laceAcute = component{
		input:  Input{Name: "acute_admission", Type: Bool, Label: "The admission was acute (urgent or emergent)", Source: laceSource},
		points: pointsIf(3), most: 3,
	}
	laceComorbidity = component{
		input: Input{
			Name: "comorbidity_score", Type: Int, Min: bound(0), Max: bound(40),
			Label: "Comorbidity: the sum of LACE's own weights", Source: laceSource,
		},
		points: func(g answered, name string) float64 { return comorbidityPoints(g.number(name)) }, most: 5,
	}
	laceConditions = component{
		input: Input{
			Name: "conditions", Type: Code, Repeats: true, Values: conditionCodes(),
			Label: "Conditions before or at this admission, or none", Source: laceSource,
		},
		points: func(g answered, name string) float64 { return comorbidityPoints(conditionSum(g.codes(name))) }, most: 5,
	}
	laceVisits = component{
		input: Input{
			Name: "ed_visits_6_months", Type: Int, Min: bound(0), Max: bound(1000),
			Label: "Visits to an emergency department in the 6 months before the admission, without the one that led to it", Source: laceSource,
		},
		points: pointsFrom([2]float64{1, 1}, [2]float64{2, 2}, [2]float64{3, 3}, [2]float64{4, 4}), most: 4,
	}
)

func comorbidityPoints(weights float64) float64 {
	return reached(weights, [][2]float64{{1, 1}, {2, 2}, {3, 3}, {4, 5}})
}

// conditionWeights are the weights of LACE's comorbidity. That of AIDS could not be confirmed in a
// second source; it decides only whether the sum reaches 4.
var conditionWeights = []struct {
	code   string
	weight float64
}{
	{"none", 0},
	{"previous_myocardial_infarction", 1},
	{"cerebrovascular_disease", 1},
	{"peripheral_vascular_disease", 1},
	{"diabetes_without_complications", 1},
	{"congestive_heart_failure", 2},
	{"diabetes_with_end_organ_damage", 2},
	{"chronic_pulmonary_disease", 2},
	{"mild_liver_or_renal_disease", 2},
	{"any_tumour", 2},
	{"dementia", 3},
	{"connective_tissue_disease", 3},
	{"aids", 4},
	{"moderate_or_severe_liver_or_renal_disease", 4},
	{"metastatic_solid_tumour", 6},
}

func conditionCodes() []string {
	codes := make([]string, len(conditionWeights))
	for i, c := range conditionWeights {
		codes[i] = c.code
	}
	return codes
}

// conditionSum adds the weights, of each condition once.
func conditionSum(codes []string) float64 {
	var total float64
	for _, c := range conditionWeights {
		if slices.Contains(codes, c.code) {
			total += c.weight
		}
	}
	return total
}
