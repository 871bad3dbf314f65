// Package email delivers messages by SMTP (RFC 5321) to one relay, encrypted unless told otherwise, and
// tells apart what was refused, what never arrived and what may have arrived.
//
// It drives the SMTP conversation step by step itself, because only the step at which a delivery broke
// tells which of the three it is: until the line that ends the mail has been written nothing can have
// been accepted; from there until the reply it may have been.
//
// It knows nothing of queues and never retries.
package email
