-- +goose Up

-- Moving running enrollments to another version of their pathway.
CREATE TABLE patient_migrations (
    id         uuid        PRIMARY KEY,    -- the migration
    pathway    text        NOT NULL,       -- whose enrollments
    status     text        NOT NULL,       -- previewing, previewed, approved, running, paused, done, rolling_back, rolled_back
    cursor     uuid,                       -- the last enrollment that the present pass has dealt with
    created_at timestamptz NOT NULL,       -- when it was asked for
    body       jsonb       NOT NULL        -- the versions, the plan, who did what
);
CREATE INDEX patient_migrations_newest ON patient_migrations (created_at, id);
CREATE INDEX patient_migrations_at_work ON patient_migrations (created_at, id) WHERE status IN ('previewing', 'running', 'rolling_back');

-- What a migration means for each enrollment, and what became of it.
CREATE TABLE patient_migration_enrollments (
    migration_id  uuid  NOT NULL,            -- the migration
    enrollment_id uuid  NOT NULL,            -- the enrollment
    patient_id    uuid  NOT NULL,            -- who is enrolled
    class         text  NOT NULL,            -- keep, mapped, person
    result        text  NOT NULL DEFAULT '', -- empty: not yet; moved, changed, left, ended, failed, back, not_back
    body          jsonb NOT NULL,            -- the differences, the digests before and after
    PRIMARY KEY (migration_id, enrollment_id)
);
CREATE INDEX patient_migration_by_class  ON patient_migration_enrollments (migration_id, class, enrollment_id);
CREATE INDEX patient_migration_by_result ON patient_migration_enrollments (migration_id, result, enrollment_id);

-- Who did what with a migration. It only grows.
CREATE TABLE patient_migration_acts (
    migration_id uuid        NOT NULL, -- the migration
    ordinal      integer     NOT NULL, -- its place, from 1
    at           timestamptz NOT NULL, -- when
    body         jsonb       NOT NULL, -- what, who and why
    PRIMARY KEY (migration_id, ordinal)
);

-- The running enrollments of one version.
CREATE INDEX enrollments_running_on ON enrollments (definition, id) WHERE status <> 'ended';
