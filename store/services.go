package store

import (
	"context"

	"gorm.io/gorm/clause"

	"throughline/care"
)

type serviceRow struct {
	ID       string `gorm:"primaryKey"`
	SortName string
	Status   string
	Needs    textArray
	Body     document[care.Service]
}

func (serviceRow) TableName() string { return "services" }

// ServiceFilter narrows a list of services. Empty fields narrow nothing.
type ServiceFilter struct {
	Need   string // a Gravity SDOH category that it meets
	Status string // active, …
	Name   string // the beginning of "organization name", in any case
}

const serviceList = "services"

// ListServices lists community services by organization and name.
func (s *Store) ListServices(ctx context.Context, f ServiceFilter, p Page) ([]care.Service, string, error) {
	keys, err := p.after(serviceList, 2)
	if err != nil {
		return nil, "", err
	}
	n := narrow{s.read(ctx)}
	n.text("status", f.Status)
	if f.Need != "" {
		n.q = n.q.Where("needs @> ?::text[]", textArray{f.Need})
	}
	if f.Name != "" {
		n.q = n.q.Where("sort_name LIKE ?", likePrefix(sortName(f.Name)))
	}
	if keys != nil {
		if !validID(keys[1]) {
			return nil, "", care.Errorf(care.Invalid, "the cursor is damaged: start again without it").At("cursor")
		}
		n.q = n.q.Where(`(sort_name, id) > (? COLLATE "C", ?::uuid)`, keys[0], keys[1])
	}
	var rows []serviceRow
	if err := n.q.Omit("needs").Order("sort_name, id").Limit(p.limit() + 1).Find(&rows).Error; err != nil {
		return nil, "", fault("listing services", err)
	}
	rows, next := cut(rows, p.limit(), serviceList, func(r serviceRow) []string { return []string{r.SortName, r.ID} })
	return bodies(rows, serviceRow.service), next, nil
}

func (r serviceRow) service() care.Service { return r.Body.V }

// servicesConsidered bounds how many services are weighed for one need.
const servicesConsidered = 1000

// Services gives the active services that meet a need, by organization and name.
func (s *Store) Services(ctx context.Context, need string) ([]care.Service, error) {
	var rows []serviceRow
	err := s.read(ctx).Omit("needs").Where("status = 'active' AND needs @> ?::text[]", textArray{need}).
		Order("sort_name, id").Limit(servicesConsidered).Find(&rows).Error
	return bodies(rows, serviceRow.service), fault("listing services", err)
}

// Service gives a community service.
func (s *Store) Service(ctx context.Context, id care.ID) (care.Service, error) {
	return one[care.Service](s.read(ctx), "services", "service", id)
}

// PutService keeps a community service, new or changed.
func (s *Store) PutService(ctx context.Context, v care.Service) error {
	if !validID(v.ID) {
		return care.Errorf(care.Invalid, "a service needs an id")
	}
	if v.Status == "" {
		v.Status = "active"
	}
	r := serviceRow{
		ID: v.ID, SortName: sortName(v.Organization, v.Name), Status: v.Status,
		Needs: v.Needs, Body: document[care.Service]{V: v},
	}
	return fault("keeping a service", s.read(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, UpdateAll: true}).Create(&r).Error)
}
