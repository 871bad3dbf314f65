-- +goose Up

-- The versions of an organization's own reusable parts. Those that ship are in the program.
CREATE TABLE parts (
    part         text        COLLATE "C" NOT NULL, -- the part's name
    version      integer     NOT NULL, -- its version
    title        text        NOT NULL, -- what people call it
    digest       text        NOT NULL, -- SHA-256 of its content, that of the parts it uses included
    status       text        NOT NULL, -- draft, in_review, approved, published, retired
    source       bytea       NOT NULL, -- the file as written
    body         jsonb       NOT NULL, -- the part
    created_at   timestamptz NOT NULL, -- when it was first stored
    changed_at   timestamptz,          -- when its content was last saved
    changed_by   jsonb,                -- who saved it
    published_at timestamptz,          -- when it was published
    retired_at   timestamptz,          -- when it was retired
    PRIMARY KEY (part, version)
);

-- Every step of a version's life. It only grows.
CREATE TABLE part_changes (
    id       uuid        PRIMARY KEY, -- the change
    part     text        NOT NULL,    -- which part's
    version  integer     NOT NULL,    -- which version's
    kind     text        NOT NULL,    -- created, saved, submitted, approved, returned, published, retired
    at       timestamptz NOT NULL,    -- when
    actor    text        NOT NULL,    -- who: kind and id, to tell people apart by
    digest   text        NOT NULL,    -- SHA-256 of the content at that moment
    source   bytea,                   -- the file, where the change saved one
    body     jsonb       NOT NULL     -- the whole change
);
CREATE INDEX part_changes_by_version ON part_changes (part, version, at, id);

CREATE TRIGGER part_changes_only_grow BEFORE UPDATE OR DELETE ON part_changes
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Once published, what a part says never changes, whoever asks; only its status does.
CREATE TRIGGER published_parts_stay BEFORE UPDATE ON parts
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL AND
        (NEW.part, NEW.version, NEW.digest, NEW.source, NEW.body, NEW.published_at) IS DISTINCT FROM
        (OLD.part, OLD.version, OLD.digest, OLD.source, OLD.body, OLD.published_at))
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER published_parts_are_kept BEFORE DELETE ON parts
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL)
    EXECUTE FUNCTION refuse_change();

-- Which pathways and parts a part is in.
CREATE INDEX definitions_by_part ON definitions USING gin ((body->'uses') jsonb_path_ops);
CREATE INDEX parts_by_part       ON parts       USING gin ((body->'uses') jsonb_path_ops);
