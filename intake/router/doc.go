// Package router takes messages of other systems from the wire to the pathways: into the inbox
// first, then to the patient, the stay and the enrollments they concern.
//
// It owns what follows from a message: finding the patient, folding all reports about a stay into
// one truth whatever order they came in, deciding which pathways start, and telling the running
// ones. It must not know HTTP, nor how a pathway goes on.
package router
