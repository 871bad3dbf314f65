-- +goose Up

-- Patients' links. One opens the questions of one step of an enrollment; a partner's opens a referral.
ALTER TABLE links ALTER COLUMN referral_id DROP NOT NULL;
ALTER TABLE links
    ADD COLUMN enrollment_id uuid,                        -- whose questions it opens
    ADD COLUMN step          text    NOT NULL DEFAULT '', -- the questionnaire
    ADD COLUMN occurrence    integer NOT NULL DEFAULT 0,  -- which time it is asked; 0: the latest
    ADD COLUMN language      text    NOT NULL DEFAULT '', -- of the message that brought it
    ADD CONSTRAINT links_open_one_thing CHECK ((referral_id IS NULL) <> (enrollment_id IS NULL));
