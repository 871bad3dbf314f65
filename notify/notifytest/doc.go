// Package notifytest is how channels are tried: Conform, the suite that every channel passes, and Server,
// a real SMTP server on the loopback that keeps what arrives and can fail at every step of a delivery.
//
// It is for tests and for helper programs of tests; nothing that ships imports it.
package notifytest
