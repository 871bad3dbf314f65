package population

import (
	"bytes"
	"encoding/json"
	"testing"
	_ "time/tzdata"

	"throughline/pathways"
)

// calls is a pathway of one call, so that what comes of it can be worked out by hand.
const calls = `
pathway: calls
version: 1
title: Call every patient
owner: nurse
languages: [en]
launch: {once_per: request}
clocks:
  call: {from: enrolled, within: 4 hours}
  period: {from: enrolled, within: 10 days}
ladders:
  work: [{at: due, escalate: supervisor}]
steps:
  - {id: call, task: Call the patient, clock: call, ladder: work}
ends:
  - {when: all(required), as: completed}
  - {clock: period, as: finished-incomplete}
`

// four a day come at nine in the morning, from a Monday on; a call takes an hour and a half.
const four = `
title: Four a day
patients: 8
start: 2026-01-05
arrivals: {per_day: 4, between: "09:00", even: true}
steps:
  call: {minutes: 90 minutes}
staff:
  nurse: {people: 1, hours: mon-fri 09:00-17:00}
`

func definition(t testing.TB, src string) *pathways.Definition {
	t.Helper()
	def, problems := pathways.Load("test.yaml", []byte(src))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return def
}

func scenario(t testing.TB, def *pathways.Definition, src string) *Scenario {
	t.Helper()
	s, problems := Load("test.population.yaml", []byte(src), def)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return s
}

func run(t testing.TB, def *pathways.Definition, s *Scenario, o Options) *Report {
	t.Helper()
	r, err := Run(def, s, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// shipped gives a pathway of the library with the population beside it.
func shipped(t testing.TB, key string) (*pathways.Definition, *Scenario) {
	t.Helper()
	library, err := pathways.Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, def := range library {
		if def.Pathway != key {
			continue
		}
		file, src, err := pathways.LibraryPopulation(key)
		if err != nil {
			t.Fatal(err)
		}
		s, problems := Load(file, src, def)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		return def, s
	}
	t.Fatalf("the library has no %s", key)
	return nil, nil
}

func deadline(t testing.TB, r *Report, step string) Kept {
	t.Helper()
	for _, d := range r.Deadlines {
		if d.Step == step {
			return d
		}
	}
	t.Fatalf("no deadline of %s: %+v", step, r.Deadlines)
	return Kept{}
}

func role(t testing.TB, r *Report, name string) Workload {
	t.Helper()
	for _, role := range r.Roles {
		if role.Role == name {
			return role
		}
	}
	t.Fatalf("no role %s: %+v", name, r.Roles)
	return Workload{}
}

func bytesOf(t testing.TB, v any) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := json.NewEncoder(&out).Encode(v); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
