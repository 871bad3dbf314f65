// Package rfc5322 says what a notify.Message looks like as a mail (RFC 5322, MIME), both ways: Compose
// writes it, Parse reads back what Compose wrote.
//
// It knows nothing of how a mail travels or where it is kept.
package rfc5322
