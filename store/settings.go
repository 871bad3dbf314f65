package store

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm/clause"

	"throughline/care"
)

type settingRow struct {
	Key       string `gorm:"primaryKey"`
	Value     document[json.RawMessage]
	UpdatedAt time.Time `gorm:"autoUpdateTime:false"`
}

func (settingRow) TableName() string { return "settings" }

// The names of settings.
const (
	settingClockOffset  = "clock_offset"
	settingOrganization = "organization"
)

// Setting reads the named setting into value; found is false where it was never set.
func (s *Store) Setting(ctx context.Context, key string, value any) (found bool, err error) {
	var r settingRow
	done := s.read(ctx).Where("key = ?", key).Limit(1).Find(&r)
	if done.Error != nil || done.RowsAffected == 0 {
		return false, fault("reading a setting", done.Error)
	}
	if err := json.Unmarshal(r.Value.V, value); err != nil {
		return false, care.Errorf(care.Internal, "the setting %q holds something else", key)
	}
	return true, nil
}

// PutSetting keeps the named setting.
func (s *Store) PutSetting(ctx context.Context, key string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return care.Errorf(care.Invalid, "the setting %q cannot be written as JSON", key)
	}
	r := settingRow{Key: key, Value: document[json.RawMessage]{V: text}, UpdatedAt: s.now().UTC()}
	return fault("keeping a setting", s.read(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&r).Error)
}

// ClockOffset gives what demonstrations add to the wall clock; zero unless it was set.
func (s *Store) ClockOffset(ctx context.Context) (time.Duration, error) {
	var offset time.Duration
	_, err := s.Setting(ctx, settingClockOffset, &offset)
	return offset, err
}

// SetClockOffset sets what demonstrations add to the wall clock.
func (s *Store) SetClockOffset(ctx context.Context, offset time.Duration) error {
	return s.PutSetting(ctx, settingClockOffset, offset)
}

// Organization is what holds for the whole installation.
type Organization struct {
	Name     string        `json:"name"`
	Zone     string        `json:"zone"` // IANA
	Calendar care.Calendar `json:"calendar"`
}

// Organization gives what was set; found is false where it never was.
func (s *Store) Organization(ctx context.Context) (o Organization, found bool, err error) {
	found, err = s.Setting(ctx, settingOrganization, &o)
	return o, found, err
}

// PutOrganization keeps what holds for the whole installation, if its calendar and zone are sound.
func (s *Store) PutOrganization(ctx context.Context, o Organization) error {
	if err := o.Calendar.Validate(); err != nil {
		return care.Errorf(care.Invalid, "%w", err).At("calendar")
	}
	if _, err := time.LoadLocation(o.Zone); err != nil || o.Zone == "" {
		return care.Errorf(care.Invalid, "%q is not a time zone; give an IANA name such as America/New_York", o.Zone).At("zone")
	}
	return s.PutSetting(ctx, settingOrganization, o)
}
