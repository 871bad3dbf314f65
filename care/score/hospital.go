package score

const (
	hospital2013Source = "Donzé et al., JAMA Intern Med 2013;173(8):632-638"
	hospital2016Source = "Donzé et al., JAMA Intern Med 2016;176(4):496-502"
	hospital2017Source = "Aubert et al., BMJ Qual Saf 2017;26(10):799-805"
)

// hospital is the HOSPITAL score: the risk of a potentially avoidable readmission within 30 days,
// for medical patients; not for observation stays, surgery or children.
//
//   - donze2016, the default: the international validation (Donzé JD et al., JAMA Intern Med
//     2016;176(4):496-502, PMC5070968). 0 to 13 points.
//   - donze2013: the derivation (Donzé J et al., JAMA Intern Med 2013;173(8):632-638). It differs
//     exactly at one admission in the 12 months before, which gives 2 points and not 0.
//   - simplified2017: without the procedure, and a diagnosis of cancer counts like a discharge from
//     oncology (Aubert CE et al., BMJ Qual Saf 2017;26(10):799-805). 0 to 12 points. The paper has
//     two groups, patients unlikely (here: low) and likely (here: high) to be readmitted. UNCONFIRMED:
//     that the second begins at 5 points was not read in the paper itself; whoever uses it is warned
//     (Unconfirmed).
//
// Bands of the first two, 0-4, 5-6 and 7 or more: evidencio.com, model 1002; "intermediate" there
// is moderate here.
var hospital = sum{key: "hospital", version: 1, variants: []sumVariant{
	{
		name: "donze2016", bands: hospitalBands,
		components: []component{
			hospitalHemoglobin(hospital2016Source), hospitalOncology(hospital2016Source), hospitalSodium(hospital2016Source),
			hospitalProcedure(hospital2016Source), hospitalUrgent(hospital2016Source),
			hospitalAdmissions(2, hospital2016Source), hospitalStay(hospital2016Source),
		},
	},
	{
		name: "donze2013", bands: hospitalBands,
		components: []component{
			hospitalHemoglobin(hospital2013Source), hospitalOncology(hospital2013Source), hospitalSodium(hospital2013Source),
			hospitalProcedure(hospital2013Source), hospitalUrgent(hospital2013Source),
			hospitalAdmissions(1, hospital2013Source), hospitalStay(hospital2013Source),
		},
	},
	{
		name: "simplified2017", bands: []bandFrom{{0, Low}, {5, High}},
		components: []component{
			hospitalHemoglobin(hospital2017Source), hospitalCancer, hospitalSodium(hospital2017Source),
			hospitalUrgent(hospital2017Source), hospitalAdmissions(2, hospital2017Source), hospitalStay(hospital2017Source),
		},
	},
}}

var hospitalBands = []bandFrom{{0, Low}, {5, Moderate}, {7, High}}

// hospitalCancer replaces the oncology service in the simplified score.
var hospitalCancer = component{
	input:  Input{Name: "cancer", Type: Bool, Label: "Cancer is diagnosed, or the discharge is from an oncology service", Source: hospital2017Source},
	points: pointsIf(2), most: 2,
}

func hospitalHemoglobin(source string) component {
	return component{
		input: Input{
			Name: "hemoglobin_g_dl", Type: Number, Unit: "g/dL (120 g/L is 12 g/dL)", Min: bound(1), Max: bound(30),
			Label: "Haemoglobin, the last value before discharge", Source: source,
		},
		points: pointsBelow(12, 1), most: 1,
	}
}

func hospitalOncology(source string) component {
	return component{
		input:  Input{Name: "oncology_service", Type: Bool, Label: "The discharge is from an oncology service", Source: source},
		points: pointsIf(2), most: 2,
	}
}

func hospitalSodium(source string) component {
	return component{
		input: Input{
			Name: "sodium_mmol_l", Type: Number, Unit: "mmol/L (the same as mEq/L)", Min: bound(80), Max: bound(220),
			Label: "Sodium, the last value before discharge", Source: source,
		},
		points: pointsBelow(135, 1), most: 1,
	}
}

func hospitalProcedure(source string) component {
	return component{
		input:  Input{Name: "procedure", Type: Bool, Label: "Any coded procedure during the stay", Source: source},
		points: pointsIf(1), most: 1,
	}
}

func hospitalUrgent(source string) component {
	return component{
		input:  Input{Name: "urgent_admission", Type: Bool, Label: "The admission was urgent or emergent, not elective", Source: source},
		points: pointsIf(1), most: 1,
	}
}

// hospitalAdmissions counts from two points on at the given number of admissions: 1 in the
// derivation, 2 in the validation.
func hospitalAdmissions(two float64, source string) component {
	return component{
		input: Input{
			Name: "admissions_12_months", Type: Int, Min: bound(0), Max: bound(1000),
			Label: "Hospital admissions in the 12 months before this one", Source: source,
		},
		points: pointsFrom([2]float64{two, 2}, [2]float64{6, 5}), most: 5,
	}
}

func hospitalStay(source string) component {
	return component{
		input: Input{
			Name: "length_of_stay_days", Type: Int, Unit: "days", Min: bound(0), Max: bound(3650),
			Label: "Length of stay: date of discharge minus date of admission", Source: source,
		},
		points: pointsFrom([2]float64{5, 2}), most: 2,
	}
}
