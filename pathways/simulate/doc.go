// Package simulate runs a pathway with the production engine against a virtual clock: no server,
// no database, no waiting. Messages are delivered at once and community services come from the
// scenario, unless it says otherwise.
//
// Scenarios are data (YAML), written beside the pathway by its author, and are tests of it.
package simulate
