package e2e

import (
	"time"

	"github.com/jackc/pgx/v5"

	"throughline/pathways/engine"
)

// turnRow is what the simulator is told of a turn of the server: which event, and when. Of what other
// enrollments say it is told the event too.
type turnRow struct {
	Enrollment string
	Seq        int64
	EventID    string
	Kind       engine.EventKind
	At         time.Time
	Into       string // the other patient or enrollment that the event names
	Offset     int64  // how far the demonstration's clock is moved
	News       []byte // the event, where it comes from another enrollment
}

// readJournal lets the simulators take the turns that are new. What is told from one enrollment to
// another is heard when it was said: who hears may have to be asked again. It tells whether there were
// any.
func (d *differential) readJournal() bool {
	taken, again := d.readOnce()
	for again {
		_, again = d.readOnce()
	}
	return taken
}

// readOnce reads what is new, and tells whether there was any, and reason to look again.
func (d *differential) readOnce() (anything, again bool) {
	ids, read := []string{}, []int64{}
	byID := map[string]*twin{}
	for _, w := range d.twins() {
		ids, read = append(ids, w.id), append(read, w.read)
		byID[w.id] = w
		w.heldBack = ""
	}
	// The column recorded_at has microseconds; the turn's own time is in what it led to.
	const query = `SELECT j.enrollment_id::text, j.seq, j.event_id, j.event_kind,
			COALESCE(jsonb_path_query_first(j.effects, '$[*].timeline.recorded_at')#>>'{}', jsonb_path_query_first(j.effects, '$[*].transition.recorded_at')#>>'{}', to_json(j.recorded_at)#>>'{}'),
			COALESCE(j.event->>'into', ''), COALESCE((j.event->>'offset')::bigint, 0),
			CASE WHEN j.event_kind LIKE 'subpathway.%' OR j.event_kind = 'parent.joined' THEN j.event END
		FROM unnest($1::uuid[], $2::bigint[]) AS known (id, seq)
		JOIN journal j ON j.enrollment_id = known.id AND j.seq > known.seq ORDER BY 1, 2`
	rows, err := d.journal.Query(d.t.Context(), query, ids, read)
	if err != nil {
		d.t.Fatal(err)
	}
	turns, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (row turnRow, err error) {
		var at string
		if err := r.Scan(&row.Enrollment, &row.Seq, &row.EventID, &row.Kind, &at, &row.Into, &row.Offset, &row.News); err != nil {
			return row, err
		}
		row.At, err = time.Parse(time.RFC3339Nano, at)
		return row, err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	taken, held := 0, 0
	for _, row := range turns {
		switch w := byID[row.Enrollment]; {
		case w.differs != "" || w.heldBack != "":
			held++
		default:
			if err := w.take(row); err != nil {
				w.differs = w.pathway() + ": " + err.Error()
			}
			if w.heldBack == "" {
				taken++
			}
		}
	}
	return taken > 0, taken > 0 && (held > 0 || len(d.twins()) > len(ids))
}

func kindsOf(events []engine.Event) []engine.EventKind {
	var kinds []engine.EventKind
	for _, ev := range events {
		kinds = append(kinds, ev.Kind)
	}
	return kinds
}
