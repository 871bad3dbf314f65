// Package questionnaire writes the forms of a pathway as FHIR R4 Questionnaires, for other systems to
// show and answer.
//
// It owns which part of a form becomes which element and extension, and says what FHIR has no words
// for. It is pure: it must not know files, the database, the network or the clock.
package questionnaire
