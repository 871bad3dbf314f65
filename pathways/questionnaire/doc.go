// Package questionnaire exchanges the forms of pathways with other systems, as FHIR R4 Questionnaires
// (https://hl7.org/fhir/R4/questionnaire.html): Of writes a form as one, Read makes a form out of one.
//
// What FHIR has no element for (who is asked, labels of sensitive answers, a condition that enableWhen
// cannot say) goes into extensions of our own, so that a form that went out comes back as it was. What
// a form cannot hold of somebody else's Questionnaire is said in notes and never dropped in silence.
//
// It knows definitions. It knows nothing of enrollments or answers, and asks no clock or network.
package questionnaire
