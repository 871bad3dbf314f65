// Package identity says who somebody is: the administrator and named people by bearer tokens, a browser by the
// session that the token opened, a partner or a patient by the signed link in a mail.
//
// It owns secrets, their files and how they are compared. It must not know HTTP, the database or
// what anybody may do with a patient; whether a link was revoked or used is kept in the store.
package identity
