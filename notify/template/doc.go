// Package template turns the words of a message into what a channel sends: subject, text, and HTML that
// says the same. And it tells whether those words may go through a channel at all.
//
// Words are text/template in looks, with almost nothing of it: {{.visit.start}} puts a value in, and
// {{if .visit.place}} … {{else}} … {{end}} chooses by whether there is one. No functions, no methods, no
// loops: whoever reads the words sees all that they can say.
//
// It knows the classes of data, not the data: whose they are, and whether a person consented, is decided
// by who fills them in.
package template
