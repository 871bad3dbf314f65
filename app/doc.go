// Package app puts Throughline together: configuration, the order in which parts start and stop,
// and what each part is given of the others. It is the only package that sees everything, and
// holds no rule of its own.
package app
