-- +goose Up

-- Which ends of enrollments the pathways that follow them have dealt with, each once.
CREATE TABLE follow_ups (
    enrollment_id uuid        NOT NULL, -- the enrollment that ended
    pathway       text        NOT NULL, -- the key of the pathway that follows it
    decided_at    timestamptz NOT NULL, -- when it was started, or was not
    PRIMARY KEY (enrollment_id, pathway)
);
CREATE INDEX enrollments_ended ON enrollments (pathway, ended_at, id) WHERE status = 'ended';
