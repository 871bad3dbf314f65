package store

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"throughline/care"
)

// patientRow is a row of patients. The identifiers have a table of their own.
type patientRow struct {
	ID         string `gorm:"primaryKey"`
	SortName   string
	MergedInto *string
	CreatedAt  time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt  time.Time `gorm:"autoUpdateTime:false"`
	Body       document[care.Patient]
}

func (patientRow) TableName() string { return "patients" }

type identifierRow struct {
	System    string `gorm:"primaryKey"`
	Value     string `gorm:"primaryKey"`
	Type      string
	PatientID string
	Ordinal   int
}

func (identifierRow) TableName() string { return "patient_identifiers" }

func newPatientRow(p *care.Patient) patientRow {
	body := *p
	body.Identifiers = nil
	return patientRow{
		ID: p.ID, SortName: sortName(p.FamilyName, p.GivenName), MergedInto: maybeID(p.MergedInto),
		CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt, Body: document[care.Patient]{V: body},
	}
}

func (r patientRow) patient(identifiers []identifierRow) care.Patient {
	p := r.Body.V
	p.ID, p.MergedInto, p.CreatedAt, p.UpdatedAt = r.ID, idOf(r.MergedInto), r.CreatedAt, r.UpdatedAt
	for _, i := range identifiers {
		if i.PatientID == r.ID {
			p.Identifiers = append(p.Identifiers, care.Identifier{System: i.System, Value: i.Value, Type: i.Type})
		}
	}
	return p
}

// sortName is how people are found and sorted: in lower case, family name first.
func sortName(parts ...string) string {
	return strings.ToLower(strings.Join(strings.Fields(strings.Join(parts, " ")), " "))
}

// FindPatient gives the patient who has one of the identifiers, followed through merges to the
// survivor, and holds the row until the transaction ends, so that two messages about one patient
// are applied one after the other. Where the identifiers lead to several people, the first that is
// known decides. care.NotFound where none is known.
func (tx *Tx) FindPatient(identifiers []care.Identifier) (*care.Patient, error) {
	for _, i := range identifiers {
		var held identifierRow
		err := tx.db.Where("system = ? AND value = ?", i.System, i.Value).Limit(1).Find(&held).Error
		if err != nil {
			return nil, fault("looking for a patient", err)
		}
		if held.PatientID != "" {
			return tx.survivor(held.PatientID)
		}
	}
	return nil, notFound("patient")
}

// survivor follows merges and locks the patient at their end.
func (tx *Tx) survivor(id care.ID) (*care.Patient, error) {
	for {
		var r patientRow
		if err := tx.db.Clauses(clause.Locking{Strength: "UPDATE"}).Where("id = ?", id).Take(&r).Error; err != nil {
			return nil, fault("reading a patient", err)
		}
		if r.MergedInto == nil {
			return withIdentifiers(tx.db, r)
		}
		id = *r.MergedInto
	}
}

func withIdentifiers(db *gorm.DB, r patientRow) (*care.Patient, error) {
	held, err := identifiersOf(db, r.ID)
	if err != nil {
		return nil, err
	}
	p := r.patient(held)
	return &p, nil
}

func identifiersOf(db *gorm.DB, patients ...care.ID) ([]identifierRow, error) {
	var held []identifierRow
	if len(patients) == 0 {
		return nil, nil
	}
	err := db.Where("patient_id IN ?", patients).Order("patient_id, ordinal, system, value").Find(&held).Error
	return held, fault("reading identifiers", err)
}

// PutPatient keeps the patient as given: new or changed, with exactly these identifiers. One that
// was held by a patient merged into this one comes over; one that anybody else holds is refused
// with care.Conflict, so that a message that lost the race to be a patient's first can be applied
// again. Empty times are set to now.
func (tx *Tx) PutPatient(p *care.Patient) error {
	if !validID(p.ID) {
		return care.Errorf(care.Invalid, "a patient needs an id")
	}
	if p.CreatedAt.IsZero() {
		p.CreatedAt = tx.now().UTC()
	}
	if p.UpdatedAt.IsZero() {
		p.UpdatedAt = tx.now().UTC()
	}
	r := newPatientRow(p)
	err := tx.db.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "id"}},
		DoUpdates: clause.AssignmentColumns([]string{"sort_name", "merged_into", "updated_at", "body"}),
	}).Create(&r).Error
	if err != nil {
		return fault("keeping a patient", err)
	}
	return tx.putIdentifiers(p)
}

func (tx *Tx) putIdentifiers(p *care.Patient) error {
	rows := make([]identifierRow, 0, len(p.Identifiers))
	keep := make([][]any, 0, len(p.Identifiers))
	for n, i := range p.Identifiers {
		rows = append(rows, identifierRow{System: i.System, Value: i.Value, Type: i.Type, PatientID: p.ID, Ordinal: n})
		keep = append(keep, []any{i.System, i.Value})
	}
	gone := tx.db.Where("patient_id = ?", p.ID)
	if len(keep) > 0 {
		gone = gone.Where("(system, value) NOT IN ?", keep)
	}
	if err := gone.Delete(&identifierRow{}).Error; err != nil {
		return fault("keeping a patient's identifiers", err)
	}
	if len(rows) == 0 {
		return nil
	}
	own, err := lineage(tx.db, p.ID)
	if err != nil {
		return err
	}
	// The condition leaves another patient's identifier alone, and then fewer rows are written.
	done := tx.db.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "system"}, {Name: "value"}},
		DoUpdates: clause.AssignmentColumns([]string{"type", "patient_id", "ordinal"}),
		Where:     clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "patient_identifiers.patient_id IN ?", Vars: []any{own}}}},
	}).Create(&rows)
	if done.Error != nil {
		return fault("keeping a patient's identifiers", done.Error)
	}
	if done.RowsAffected < int64(len(rows)) {
		return care.Errorf(care.Conflict, "an identifier belongs to another patient")
	}
	return nil
}

// MergePatients notes that losing and surviving are one person: whoever is found by an identifier
// of losing is the survivor from now on. Where surviving was merged before, its survivor counts.
// The same merge again changes nothing; one that would close a circle is refused with care.Conflict.
func (tx *Tx) MergePatients(surviving, losing care.ID) error {
	if !validID(surviving) || !validID(losing) {
		return notFound("patient")
	}
	survivor, err := tx.survivor(surviving)
	if err != nil {
		return err
	}
	lost, err := tx.patientForUpdate(losing)
	if err != nil {
		return err
	}
	if lost.MergedInto != nil {
		last, err := tx.survivor(losing)
		if err != nil {
			return err
		}
		if last.ID == survivor.ID {
			return nil
		}
		return care.Errorf(care.Conflict, "the patient was merged into another one before")
	}
	if survivor.ID == losing {
		return care.Errorf(care.Conflict, "the patients were merged the other way before, or are the same")
	}
	err = tx.db.Model(&patientRow{}).Where("id = ?", losing).
		Updates(map[string]any{"merged_into": survivor.ID, "updated_at": tx.now().UTC()}).Error
	return fault("merging patients", err)
}

func (tx *Tx) patientForUpdate(id care.ID) (patientRow, error) {
	var r patientRow
	err := tx.db.Clauses(clause.Locking{Strength: "UPDATE"}).Where("id = ?", id).Take(&r).Error
	return r, fault("reading a patient", err)
}

// Patient gives a patient as of now, in this transaction.
func (tx *Tx) Patient(id care.ID) (*care.Patient, error) { return patient(tx.db, id) }

// Patient gives a patient. One who was merged is given as they are, with MergedInto.
func (s *Store) Patient(ctx context.Context, id care.ID) (*care.Patient, error) {
	return patient(s.read(ctx), id)
}

func patient(db *gorm.DB, id care.ID) (*care.Patient, error) {
	if !validID(id) {
		return nil, notFound("patient")
	}
	var r patientRow
	found := db.Where("id = ?", id).Limit(1).Find(&r)
	if found.Error != nil {
		return nil, fault("reading a patient", found.Error)
	}
	if found.RowsAffected == 0 {
		return nil, notFound("patient")
	}
	return withIdentifiers(db, r)
}

// lineage gives the patient's id and the ids of all who were merged into them: what is recorded
// under an old id is theirs. None where the id cannot exist.
func lineage(db *gorm.DB, id care.ID) ([]string, error) {
	if !validID(id) {
		return []string{}, nil
	}
	var ids []string
	err := db.Raw(`WITH RECURSIVE one AS (SELECT ?::uuid AS id
		UNION SELECT p.id FROM patients p JOIN one ON p.merged_into = one.id) SELECT id::text FROM one`, id).Scan(&ids).Error
	return ids, fault("reading a patient's merges", err)
}

// PatientFilter narrows a list of patients.
type PatientFilter struct {
	Name       string // the beginning of "family given", in any case
	Identifier string // a whole identifier, of any system
}

const patientList = "patients"

// ListPatients lists patients by name; those who were merged into another are left out.
func (s *Store) ListPatients(ctx context.Context, f PatientFilter, p Page) ([]care.Patient, string, error) {
	keys, err := p.after(patientList, 1)
	if err != nil {
		return nil, "", err
	}
	q := s.read(ctx).Where("merged_into IS NULL")
	if name := sortName(f.Name); name != "" {
		q = q.Where("sort_name LIKE ?", likePrefix(name))
	}
	if f.Identifier != "" {
		q = q.Where("id IN (SELECT patient_id FROM patient_identifiers WHERE value = ?)", f.Identifier)
	}
	if keys != nil {
		if !validID(keys[0]) {
			return nil, "", care.Errorf(care.Invalid, "the cursor is damaged: start again without it").At("cursor")
		}
		// The cursor holds the id alone: a name must not travel in an address.
		q = q.Where("(sort_name, id) > (SELECT sort_name, id FROM patients WHERE id = ?)", keys[0])
	}
	var rows []patientRow
	if err := q.Order("sort_name, id").Limit(p.limit() + 1).Find(&rows).Error; err != nil {
		return nil, "", fault("listing patients", err)
	}
	rows, next := cut(rows, p.limit(), patientList, func(r patientRow) []string { return []string{r.ID} })
	held, err := identifiersOf(s.read(ctx), bodies(rows, func(r patientRow) care.ID { return r.ID })...)
	if err != nil {
		return nil, "", err
	}
	return bodies(rows, func(r patientRow) care.Patient { return r.patient(held) }), next, nil
}

var likeSpecial = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func likePrefix(text string) string { return likeSpecial.Replace(text) + "%" }
