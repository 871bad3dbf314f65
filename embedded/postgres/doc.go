// Package postgres runs a private PostgreSQL for the embedded default.
//
// It owns the server process and everything under its folder of the data directory: finding the
// system's binaries, the first initialisation, the settings, the account the server runs as, the
// recovery after a crash, and the orderly end. The server listens on a Unix socket in a directory
// that only its account (and root) may enter; there is no network port and no password.
//
// It knows nothing about what is stored: no schema, no Temporal, no patients.
package postgres
