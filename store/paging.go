package store

import (
	"encoding/base64"
	"encoding/json"
	"regexp"
	"slices"
	"time"

	"gorm.io/gorm"

	"throughline/care"
)

// Bounds of a page.
const (
	DefaultLimit = 50
	MaxLimit     = 200
)

// Page asks for one page of a list.
type Page struct {
	// Cursor is what the page before gave as next; empty for the first page.
	Cursor string
	// Limit is how many items at most: DefaultLimit when zero, never more than MaxLimit.
	Limit int
}

func (p Page) limit() int {
	if p.Limit <= 0 {
		return DefaultLimit
	}
	return min(p.Limit, MaxLimit)
}

// cursor is where a page ended: the list, and the last item's place in its order. It never holds
// a patient fact, since it travels in addresses.
type cursor struct {
	List string   `json:"l"`
	Keys []string `json:"k"`
}

func (c cursor) String() string {
	text, _ := json.Marshal(c) //nolint:errchkjson // texts only: it cannot fail
	return base64.RawURLEncoding.EncodeToString(text)
}

// after reads the cursor of the named list; nil for the first page.
func (p Page) after(list string, keys int) ([]string, error) {
	if p.Cursor == "" {
		return nil, nil
	}
	refused := care.Errorf(care.Invalid, "the cursor is not one of this list: start again without it").At("cursor")
	text, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil {
		return nil, refused
	}
	var c cursor
	if json.Unmarshal(text, &c) != nil || c.List != list || len(c.Keys) != keys || slices.Contains(c.Keys, "") {
		return nil, refused
	}
	return c.Keys, nil
}

// cut takes the item too many off a list that was read one longer than the page, and gives the
// cursor to go on with.
func cut[R any](rows []R, limit int, list string, keys func(R) []string) ([]R, string) {
	if len(rows) <= limit {
		return rows, ""
	}
	rows = rows[:limit]
	return rows, cursor{List: list, Keys: keys(rows[limit-1])}.String()
}

// timeList is a table that is listed by a time and then the id.
type timeList struct {
	table string
	key   string // the column to sort by
	value string // the same where it may be null, which sorts last; else the key itself
	desc  bool   // newest first
}

const never = "infinity" // the sort key of what has no time

type timeRow[T any] struct {
	ID   string
	At   *time.Time
	Body document[T]
}

func (r timeRow[T]) keys() []string {
	if r.At == nil {
		return []string{never, r.ID}
	}
	return []string{r.At.UTC().Format(time.RFC3339Nano), r.ID}
}

// listByTime reads one page of bodies.
func listByTime[T any](q *gorm.DB, l timeList, p Page) ([]T, string, error) {
	q, err := l.page(q, p)
	if err != nil {
		return nil, "", err
	}
	var rows []timeRow[T]
	if err := q.Select("id, " + l.value + " AS at, body").Scan(&rows).Error; err != nil {
		return nil, "", fault("listing "+l.table, err)
	}
	rows, next := cut(rows, p.limit(), l.table, timeRow[T].keys)
	return bodies(rows, func(r timeRow[T]) T { return r.Body.V }), next, nil
}

// page narrows a query to the page and puts it in order.
func (l timeList) page(q *gorm.DB, p Page) (*gorm.DB, error) {
	keys, err := p.after(l.table, 2)
	if err != nil {
		return nil, err
	}
	q = q.Table(l.table)
	compare, direction := ">", ""
	if l.desc {
		compare, direction = "<", " DESC"
	}
	if keys != nil {
		if !validTime(keys[0]) || !validID(keys[1]) {
			return nil, damagedCursor()
		}
		q = q.Where("("+l.key+", id) "+compare+" (?::timestamptz, ?::uuid)", keys[0], keys[1])
	}
	return q.Order(l.key + direction + ", id" + direction).Limit(p.limit() + 1), nil
}

func damagedCursor() error {
	return care.Errorf(care.Invalid, "the cursor is damaged: start again without it").At("cursor")
}

func bodies[R, T any](rows []R, body func(R) T) []T {
	out := make([]T, 0, len(rows))
	for _, r := range rows {
		out = append(out, body(r))
	}
	return out
}

func validTime(text string) bool {
	if text == never {
		return true
	}
	_, err := time.Parse(time.RFC3339Nano, text)
	return err == nil
}

var idForm = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// validID tells whether the text can be an id at all. What cannot be one is not found; asking the
// database would be an error instead.
func validID(id care.ID) bool { return idForm.MatchString(id) }

// maybeID is an id that may be absent.
func maybeID(id care.ID) *string {
	if id == "" {
		return nil
	}
	return &id
}

// idOf is the id of a column that may be null.
func idOf(id *string) care.ID {
	if id == nil {
		return ""
	}
	return *id
}

// narrow is a filter in the making. A filter by an id that cannot exist finds nothing.
type narrow struct{ q *gorm.DB }

func (n *narrow) id(column string, id care.ID) {
	switch {
	case id == "":
	case !validID(id):
		n.q = n.q.Where("false")
	default:
		n.q = n.q.Where(column+" = ?", id)
	}
}

func (n *narrow) text(column, value string) {
	if value != "" {
		n.q = n.q.Where(column+" = ?", value)
	}
}

func (n *narrow) ids(column string, ids []string) {
	if ids != nil {
		n.q = n.q.Where(column+" IN ?", ids)
	}
}

// anyOf narrows to one of several values; none given means no narrowing.
func anyOf[T ~string](n *narrow, column string, values []T) {
	switch len(values) {
	case 0:
	case 1:
		n.q = n.q.Where(column+" = ?", string(values[0]))
	default:
		n.q = n.q.Where(column+" IN ?", values)
	}
}
