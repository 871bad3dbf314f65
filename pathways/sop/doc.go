// Package sop writes a version of a pathway as a standard operating procedure: a document that a
// trainer hands out and a clinician works by, in Markdown or as a page to print.
//
// It owns the document's order and looks. It says nothing that the definition does not say, and gets
// when and by whom a version was published from its caller. It is pure: it must not know files, the
// database, the network or the clock.
package sop
