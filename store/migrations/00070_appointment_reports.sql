-- +goose Up

-- What each message said about an appointment. It only grows. A visit is often booked before the
-- discharge that starts the pathway which waits for it.
CREATE TABLE appointment_reports (
    patient_id  uuid        NOT NULL, -- whose appointment, as the message said
    identity    text        NOT NULL, -- which appointment: its identifier, or its start where it has none
    digest      text        NOT NULL, -- SHA-256 of control id, time and content: the same report is stored once
    occurred_at timestamptz NOT NULL, -- when the sender recorded what happened
    control_id  text        NOT NULL, -- the sender's id of the message
    report      jsonb       NOT NULL, -- what it said
    recorded_at timestamptz NOT NULL, -- when we stored it
    PRIMARY KEY (patient_id, identity, digest)
);
CREATE INDEX appointment_reports_latest ON appointment_reports (patient_id, identity, occurred_at DESC, control_id COLLATE "C" DESC, digest DESC);
