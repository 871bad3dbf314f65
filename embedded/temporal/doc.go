// Package temporal runs a Temporal server inside this process, on a PostgreSQL database.
//
// It is the only package that imports the server, which brings more than 1,700 packages with it. The
// build tag "external" leaves the server out, for an installation that uses a cluster of its own;
// Start then refuses.
//
// It owns the server's configuration, schema, namespace and certificates. It knows nothing about
// workflows, and does not import the Temporal client: callers dial with what ClientOptions gives.
package temporal
