// Package sheet is a form as a patient fills it in on a page: which questions are asked, what was
// typed, and what is wrong with it, in the patient's language.
//
// It must not know HTTP, links or enrollments. Which question is asked after which answers the engine
// says; whether answers are taken is the engine's to say too.
package sheet
