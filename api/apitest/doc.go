// Package apitest gives a test the whole API over HTTP, on a real database, with the production
// engine behind it and no Temporal. It is for tests only.
package apitest
