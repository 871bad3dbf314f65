-- +goose Up

-- A version is a draft, is reviewed by a second person, is published, and is retired one day.
ALTER TABLE definitions
    ADD COLUMN origin     text        NOT NULL DEFAULT 'organization', -- whose version it is: library, organization
    ADD COLUMN based_on   jsonb,                                       -- the library's version that it was made from
    ADD COLUMN changed_at timestamptz,                                 -- when its content was last saved
    ADD COLUMN changed_by jsonb;                                       -- who saved it
-- Until now nothing but what ships could be kept.
UPDATE definitions SET origin = 'library';
COMMENT ON COLUMN definitions.status IS 'draft, in_review, approved, published, retired';

-- Every step of a version's life. It only grows.
CREATE TABLE definition_changes (
    id       uuid        PRIMARY KEY, -- the change
    pathway  text        NOT NULL,    -- which pathway's
    version  integer     NOT NULL,    -- which version's
    kind     text        NOT NULL,    -- created, saved, submitted, approved, returned, published, retired
    at       timestamptz NOT NULL,    -- when
    actor    text        NOT NULL,    -- who: kind and id, to tell people apart by
    digest   text        NOT NULL,    -- SHA-256 of the content at that moment
    source   bytea,                   -- the file, where the change saved one
    body     jsonb       NOT NULL     -- the whole change
);
CREATE INDEX definition_changes_by_version ON definition_changes (pathway, version, at, id);

-- What ships with the program, whether or not the organization uses it.
CREATE TABLE library_versions (
    pathway       text        NOT NULL, -- the pathway's key
    version       integer     NOT NULL, -- the library's version
    digest        text        NOT NULL, -- SHA-256 of its content
    ships         boolean     NOT NULL, -- it comes with the program that was started last
    source        bytea       NOT NULL, -- the file
    body          jsonb       NOT NULL, -- the definition
    first_seen_at timestamptz NOT NULL, -- when a program first brought it
    PRIMARY KEY (pathway, version, digest)
);

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
-- +goose StatementEnd

CREATE TRIGGER definition_changes_only_grow BEFORE UPDATE OR DELETE ON definition_changes
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Once published, what a version says never changes, whoever asks; only its status does.
CREATE TRIGGER published_definitions_stay BEFORE UPDATE ON definitions
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL AND
        (NEW.pathway, NEW.version, NEW.digest, NEW.source, NEW.body) IS DISTINCT FROM
        (OLD.pathway, OLD.version, OLD.digest, OLD.source, OLD.body))
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER published_definitions_are_kept BEFORE DELETE ON definitions
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL)
    EXECUTE FUNCTION refuse_change();
