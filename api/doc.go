// Package api is the only door: one HTTP server for people, programs and partners. It puts the
// resources' operations together and keeps what holds for all of them: who may come in, how much,
// what is logged, and that a command given twice is done once.
//
// Each resource has a folder of its own, each operation a file. It must not know how a pathway goes
// on, how a message is delivered, or how anything is stored.
package api
