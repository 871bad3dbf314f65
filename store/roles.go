package store

import (
	"context"

	"gorm.io/gorm/clause"
)

// Role is where the mail for a role goes.
type Role struct {
	Role  string `json:"role"`
	Email string `json:"email"`
}

// Roles gives the addresses of all roles, by role.
func (s *Store) Roles(ctx context.Context) ([]Role, error) {
	var rows []Role
	return rows, fault("listing roles", s.read(ctx).Order("role").Find(&rows).Error)
}

// RoleEmail gives where a role's mail goes; empty where nobody said.
func (s *Store) RoleEmail(ctx context.Context, role string) (string, error) {
	var r Role
	err := s.read(ctx).Where("role = ?", role).Limit(1).Find(&r).Error
	return r.Email, fault("reading a role", err)
}

// PutRole sets where a role's mail goes.
func (s *Store) PutRole(ctx context.Context, r Role) error {
	return fault("keeping a role", s.read(ctx).Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "role"}}, DoUpdates: clause.AssignmentColumns([]string{"email"}),
	}).Create(&r).Error)
}
