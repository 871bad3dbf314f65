-- +goose Up

-- Which results were corrected, cancelled or taken back, and when that was last said. A result that is
-- told after its correction, by a message that was held up, starts nothing.
CREATE TABLE result_corrections (
    result       text        NOT NULL PRIMARY KEY, -- SHA-256 of the result's identifier, which may hold an order's number
    corrected_at timestamptz NOT NULL              -- when the sender recorded the correction
);
