package pathways

import "throughline/care"

// classes and dispositions are what event.class and event.disposition may be: a comparison with
// another word would never hold.
var (
	classes = textsOf(care.Inpatient, care.Observation, care.Emergency, care.Outpatient, care.Preadmit,
		care.Virtual, care.HomeHealth, care.OtherClass)
	dispositions = textsOf(care.ToHome, care.ToHomeHealth, care.ToAssisted, care.ToRestHome, care.ToNursingHome,
		care.ToSNF, care.ToRehab, care.ToLTCH, care.ToPsych, care.ToHospital, care.ToHospiceHome, care.ToHospice,
		care.ToLaw, care.AgainstAdvice, care.Expired, care.StillPatient, care.ToOther, care.DispositionNil)
)

func textsOf[T ~string](words ...T) []string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = string(w)
	}
	return texts
}
