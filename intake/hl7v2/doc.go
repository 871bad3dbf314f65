// Package hl7v2 reads HL7 version 2 in its vertical-bar form (ER7): it splits a transmission into
// messages, parses one, says what it means in care's words, and answers with the
// acknowledgement. It also speaks MLLP, the framing by which hospitals send such messages over TCP.
//
// The way through the package:
//
//	batch, err := hl7v2.Split(body)                       // messages of one transmission
//	receipt := hl7v2.Receive(batch.Messages[0], opt, now) // parsed, interpreted, keyed; never fails
//	// … store the raw message and the receipt's outcome durably …
//	answer := receipt.Ack(now, storeErr)                  // AA, AE or AR, in the sender's delimiters
//
// It is lenient in what it reads (line ends, delimiters, encodings, versions 2.x, missing optional
// segments) and says in Warnings what was odd. Nothing a sender can write makes it panic. No
// error, warning or log line holds a value of a patient: they name the segment and the field.
//
// It must not know the database, Temporal, HTTP or any pathway.
package hl7v2
