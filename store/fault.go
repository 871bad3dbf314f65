package store

import (
	"context"
	"errors"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"

	"throughline/care"
)

// SQLSTATE codes that mean something to us.
const (
	uniqueViolation     = "23505"
	foreignKeyViolation = "23503"
	serializationFailed = "40001"
	deadlockDetected    = "40P01"
	lockNotAvailable    = "55P03"
	classBadData        = "22" // data exception: a value that cannot be stored
	classConnection     = "08"
	classResources      = "53"
	classShutdown       = "57"
)

// fault turns a database error into a care.Error that says what was being done and nothing of
// what is stored. An error that already is a care.Error passes unchanged.
func fault(doing string, err error) error {
	if err == nil {
		return nil
	}
	if _, known := errors.AsType[*care.Error](err); known {
		return err
	}
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return &care.Error{Code: care.NotFound, Message: doing + ": there is no such thing", Err: err}
	}
	if pg, refused := errors.AsType[*pgconn.PgError](err); refused {
		return &care.Error{Code: codeOf(pg.Code), Message: doing + ": " + describe(pg), Err: err}
	}
	if unreachable(err) {
		return &care.Error{Code: care.Unavailable, Message: doing + ": the database does not answer", Err: err}
	}
	return &care.Error{Code: care.Internal, Message: doing + ": the database call failed", Err: err}
}

func codeOf(sqlstate string) care.Code {
	switch sqlstate {
	case uniqueViolation, foreignKeyViolation:
		return care.Conflict
	case serializationFailed, deadlockDetected, lockNotAvailable:
		return care.Unavailable
	}
	switch sqlstate[:min(2, len(sqlstate))] {
	case classBadData:
		return care.Invalid
	case classConnection, classResources, classShutdown:
		return care.Unavailable
	}
	return care.Internal
}

// describe names the failure by its code and constraint only: PostgreSQL's texts quote values.
func describe(pg *pgconn.PgError) string {
	text := "the database refused with SQLSTATE " + pg.Code
	if pg.ConstraintName != "" {
		text += " (" + pg.ConstraintName + ")"
	}
	return text
}

func unreachable(err error) bool {
	_, refused := errors.AsType[*pgconn.ConnectError](err)
	_, broken := errors.AsType[net.Error](err)
	return refused || broken || pgconn.Timeout(err) || pgconn.SafeToRetry(err) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// violates tells whether err is a violation of the named constraint.
func violates(err error, constraint string) bool {
	pg, refused := errors.AsType[*pgconn.PgError](err)
	return refused && pg.ConstraintName == constraint
}

func notFound(what string) error { return care.Errorf(care.NotFound, "there is no such %s", what) }
