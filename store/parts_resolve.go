package store

import (
	"context"
	"fmt"

	"throughline/pathways"
)

// PartPurpose is what parts are looked for.
type PartPurpose int

// The purposes.
const (
	// ToTry takes drafts too, with a warning: who writes a pathway tries it with parts that are still
	// being written.
	ToTry PartPurpose = iota
	// ToPublish takes published parts only: what is published must never change.
	ToPublish
)

// PartsFor gives the parts that a definition, or a part, may use: the organization's own and, after
// them, those that ship. What ships never takes the place of an own part of the same name. A part
// that is there but may not be used says so wherever it is used.
func (s *Store) PartsFor(ctx context.Context, purpose PartPurpose) (pathways.Parts, error) {
	var rows []partRow
	// The file of a retired part is never read: whatever has it has it inside.
	err := s.read(ctx).Select("part, version, status, CASE status WHEN 'retired' THEN ''::bytea ELSE source END AS source").
		Order("part, version").Find(&rows).Error
	if err != nil {
		return nil, fault("reading the parts", err)
	}
	own := ownParts{files: make(map[string]pathways.PartFile, len(rows))}
	newest := map[string]int{}
	for _, r := range rows {
		if r.Life.Status == DefinitionPublished {
			newest[r.Part] = r.Life.Version
		}
	}
	for _, r := range rows {
		u := pathways.Used{Part: r.Part, Version: r.Life.Version}
		own.known = append(own.known, u)
		own.files[u.String()] = pathways.PartFile{File: u.String(), Source: r.Life.Source, Remark: remarkOn(u, r.Life.Status, newest[r.Part], purpose)}
	}
	return pathways.JoinParts(own, pathways.LibraryParts()), nil
}

// remarkOn says what is to be said of a part where it is used; newest is its newest published version,
// 0 where there is none.
func remarkOn(u pathways.Used, status string, newest int, purpose PartPurpose) pathways.Problem {
	remark := pathways.Problem{Severity: pathways.SeverityError}
	switch status {
	case DefinitionPublished:
		return pathways.Problem{}
	case DefinitionRetired:
		remark.Message, remark.Suggestion = fmt.Sprintf("the part %s is retired: nothing new may use it", u), "write it out, or use another part"
		if newest > 0 {
			remark.Suggestion = fmt.Sprintf("there is %s@%d", u.Part, newest)
		}
		return remark
	case DefinitionDraft:
		remark.Message = fmt.Sprintf("the part %s is a draft still", u)
	default:
		remark.Message = fmt.Sprintf("the part %s is %s, and not published yet", u, statusInWords(status))
	}
	remark.Suggestion = "publish the part before this is submitted"
	if purpose == ToTry {
		remark.Severity = pathways.SeverityWarning
	}
	return remark
}

// ownParts are an organization's own, as the database had them at one moment.
type ownParts struct {
	known []pathways.Used
	files map[string]pathways.PartFile
}

// Part implements pathways.Parts.
func (o ownParts) Part(name string, version int) (pathways.PartFile, bool) {
	f, ok := o.files[pathways.Used{Part: name, Version: version}.String()]
	return f, ok
}

// Known implements pathways.Parts.
func (o ownParts) Known() []pathways.Used { return o.known }
