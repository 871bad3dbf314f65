package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"throughline/pathways"
)

// PartVersions is a part by its name, with the organization's own versions of it.
type PartVersions struct {
	Part     string
	Versions []StoredPart // the latest first, without their files; none for what ships
}

// ListParts gives a page of the parts by name: the organization's own, and those of the names that
// ship.
func (s *Store) ListParts(ctx context.Context, shipped []string, p Page) ([]PartVersions, string, error) {
	const list = "parts"
	keys, err := p.after(list, 1)
	if err != nil {
		return nil, "", err
	}
	after := ""
	if keys != nil {
		after = keys[0]
	}
	var names []string
	err = s.read(ctx).Raw(`SELECT part FROM (SELECT part FROM parts UNION SELECT unnest(?::text[]) COLLATE "C") named
		WHERE part COLLATE "C" > ? ORDER BY part COLLATE "C" LIMIT ?`, textArray(shipped), after, p.limit()+1).Scan(&names).Error
	if err != nil {
		return nil, "", fault("listing the parts", err)
	}
	names, next := cut(names, p.limit(), list, func(name string) []string { return []string{name} })
	all, err := s.versionsOf(ctx, names)
	return all, next, err
}

func (s *Store) versionsOf(ctx context.Context, names []string) ([]PartVersions, error) {
	var rows []partRow
	err := s.read(ctx).Omit("source").Where("part IN ?", names).Order("part, version DESC").Find(&rows).Error
	if err != nil {
		return nil, fault("listing the versions of parts", err)
	}
	all := make([]PartVersions, 0, len(names))
	for _, name := range names {
		one := PartVersions{Part: name}
		for ; len(rows) > 0 && rows[0].Part == name; rows = rows[1:] {
			one.Versions = append(one.Versions, rows[0].stored())
		}
		all = append(all, one)
	}
	return all, nil
}

// PartVersions gives the organization's own versions of a part, the latest first, without their files;
// none where it has none.
func (s *Store) PartVersions(ctx context.Context, part string) ([]StoredPart, error) {
	all, err := s.versionsOf(ctx, []string{part})
	if err != nil {
		return nil, err
	}
	return all[0].Versions, nil
}

// What can use a part.
const (
	UsedByPathway = "pathway"
	UsedByPart    = "part"
)

// PartUse is a version of a pathway, or of a part, that has a part in it.
type PartUse struct {
	Kind    string // UsedByPathway, UsedByPart
	Key     string
	Version int
	Title   string
	Status  string
}

// usesOfParts finds what has a part in it, whatever its status. What a pathway has through another
// part is among its own uses too.
const usesOfParts = `SELECT kind, key, version, title, status FROM (
		SELECT 'pathway' AS kind, pathway COLLATE "C" AS key, version, title, status FROM definitions WHERE body->'uses' @> ?::jsonb
		UNION ALL SELECT 'part', part, version, title, status FROM parts WHERE body->'uses' @> ?::jsonb
	) uses
	WHERE (kind, key, version) > (?, ?, ?) ORDER BY kind, key, version LIMIT ?`

// PartUses lists what uses a version of a part, the organization's own or one that ships: parts, then
// pathways, by key and version.
func (s *Store) PartUses(ctx context.Context, part string, version int, p Page) ([]PartUse, string, error) {
	const list = "part_uses"
	keys, err := p.after(list, 3)
	if err != nil {
		return nil, "", err
	}
	kind, key, number := "", "", 0
	if keys != nil {
		kind, key = keys[0], keys[1]
		if number, err = strconv.Atoi(keys[2]); err != nil {
			return nil, "", damagedCursor()
		}
	}
	used, err := json.Marshal([]pathways.Used{{Part: part, Version: version}})
	if err != nil {
		return nil, "", fmt.Errorf("writing the name of a part: %w", err)
	}
	var uses []PartUse
	err = s.read(ctx).Raw(usesOfParts, string(used), string(used), kind, key, number, p.limit()+1).Scan(&uses).Error
	if err != nil {
		return nil, "", fault("looking for what uses a part", err)
	}
	uses, next := cut(uses, p.limit(), list, func(u PartUse) []string { return []string{u.Kind, u.Key, strconv.Itoa(u.Version)} })
	return uses, next, nil
}
