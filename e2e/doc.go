// Package e2e runs the program itself, as people run it, and tests that it keeps its promises: on
// a real PostgreSQL and a real Temporal, with a real mail server, over HTTP and MLLP, in a browser,
// and through being killed.
//
// It knows the program by its command line, its API and its mails only. Where it looks into the
// databases, it reads.
package e2e
