package hl7v2

import (
	"strings"

	"throughline/care"
)

// codeSystems are the coding systems of HL7 table 0396 that pathways ask about, as FHIR's URIs,
// so that a code is the same code however it arrived.
var codeSystems = map[string]string{
	"LN": "http://loinc.org", "LOINC": "http://loinc.org",
	"SCT": "http://snomed.info/sct", "SNM": "http://snomed.info/sct", "SNOMED": "http://snomed.info/sct", "SNOMEDCT": "http://snomed.info/sct", "SNM3": "http://snomed.info/sct",
	"I10": "http://hl7.org/fhir/sid/icd-10-cm", "I10C": "http://hl7.org/fhir/sid/icd-10-cm", "ICD10": "http://hl7.org/fhir/sid/icd-10-cm", "ICD-10-CM": "http://hl7.org/fhir/sid/icd-10-cm", "ICD-10": "http://hl7.org/fhir/sid/icd-10-cm", "ICD10CM": "http://hl7.org/fhir/sid/icd-10-cm",
	"I9": "http://hl7.org/fhir/sid/icd-9-cm", "I9C": "http://hl7.org/fhir/sid/icd-9-cm", "I9CDX": "http://hl7.org/fhir/sid/icd-9-cm", "ICD9": "http://hl7.org/fhir/sid/icd-9-cm",
	"CPT": "http://www.ama-assn.org/go/cpt", "C4": "http://www.ama-assn.org/go/cpt", "CPT-4": "http://www.ama-assn.org/go/cpt",
	"RXNORM": "http://www.nlm.nih.gov/research/umls/rxnorm", "UCUM": "http://unitsofmeasure.org",
}

// codeSystem gives the system's URI, or the name as it was sent.
func codeSystem(name string) string {
	if uri, ok := codeSystems[strings.ToUpper(name)]; ok {
		return uri
	}
	return name
}

// coding reads a coded field (CE, CWE, CNE). Where its alternate is of a system that pathways
// ask about and its first code is a local one, the alternate is taken.
func coding(f Field) care.Coding {
	first := codingAt(f, 1)
	alternate := codingAt(f, 4)
	if alternate.Code != "" && (first.Code == "" || !isURI(first.System) && isURI(alternate.System)) {
		return alternate
	}
	return first
}

func isURI(system string) bool { return strings.HasPrefix(system, "http") }

func codingAt(f Field, c int) care.Coding {
	return care.Coding{
		Code:    f.Component(c).Text(),
		Display: f.Component(c + 1).Text(),
		System:  codeSystem(f.Component(c + 2).String()),
	}
}
