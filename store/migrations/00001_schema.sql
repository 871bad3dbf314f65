-- +goose Up

-- ── The journal ──────────────────────────────────────────────────────────────────────────────
-- What happened, turn by turn. It only grows; the projections below are made from it.
CREATE TABLE journal (
    enrollment_id uuid        NOT NULL, -- whose turn
    seq           bigint      NOT NULL, -- the turn, from 1 without a gap
    previous      bigint      GENERATED ALWAYS AS (NULLIF(seq - 1, 0)) STORED, -- the turn before
    patient_id    uuid        NOT NULL, -- the patient at the time of the turn
    event_id      text        NOT NULL, -- the event's identity
    event_kind    text        NOT NULL, -- what kind of event it was
    event         jsonb       NOT NULL, -- the event as the engine was told it
    effects       jsonb       NOT NULL, -- everything it led to, in order
    wakes_at      timestamptz,          -- when the engine was to be asked again
    pathway       text        NOT NULL, -- the definition that ruled the turn: its key
    version       integer     NOT NULL, -- … its version
    definition    text        NOT NULL, -- … the digest of its content
    recorded_at   timestamptz NOT NULL, -- the time the engine was given as now
    digest        text        NOT NULL, -- SHA-256 of the content: a retry is known by it
    PRIMARY KEY (enrollment_id, seq),
    CONSTRAINT journal_starts_at_one CHECK (seq >= 1),
    -- Two writers cannot both append: a turn needs the one before it, and there is one of each.
    CONSTRAINT journal_without_gap FOREIGN KEY (enrollment_id, previous) REFERENCES journal (enrollment_id, seq)
);
CREATE INDEX journal_by_event ON journal (enrollment_id, event_id);

-- The engine's state after the last turn, from which a lost workflow is restored.
CREATE TABLE snapshots (
    enrollment_id uuid    PRIMARY KEY, -- whose state
    seq           bigint  NOT NULL,    -- after which turn
    pathway       text    NOT NULL,    -- the definition it runs on: its key
    version       integer NOT NULL,    -- … its version
    definition    text    NOT NULL,    -- … the digest of its content
    state         jsonb   NOT NULL,    -- the state
    written_at    timestamptz NOT NULL DEFAULT now() -- by the wall clock: what was committed last, before a crash
);
CREATE INDEX snapshots_written ON snapshots (written_at);

-- ── Projections of the journal ───────────────────────────────────────────────────────────────
-- Each row keeps the whole item in body; beside it stand the columns that lists, sums and the
-- proof ask for. Nothing but a commit and a rebuild writes here, so there are no foreign keys.

CREATE TABLE enrollments (
    id             uuid        PRIMARY KEY,         -- the enrollment
    patient_id     uuid        NOT NULL,            -- who is enrolled
    encounter_id   uuid,                            -- the stay it follows
    pathway        text        NOT NULL,            -- the pathway's key
    version        integer     NOT NULL,            -- the pathway's version
    definition     text        NOT NULL,            -- the digest of the definition
    status         text        NOT NULL,            -- active, paused, suspended, ended
    outcome        text        NOT NULL DEFAULT '', -- the named end, once ended
    owner          text        NOT NULL DEFAULT '', -- the role that answers for it
    started_at     timestamptz NOT NULL,            -- when it began
    ended_at       timestamptz,                     -- when it ended
    seq            bigint      NOT NULL,            -- the last committed turn
    wakes_at       timestamptz,                     -- when its timer fires
    running_clocks integer     NOT NULL,            -- how many of its clocks run, counted in the commit
    timed_steps    integer     NOT NULL,            -- how many of its steps wait for a time of their own
    owned_items    integer     NOT NULL,            -- how many of its open tasks have an owner
    partner_waits  integer     NOT NULL,            -- how many of its open referrals have a deadline
    body           jsonb       NOT NULL             -- the whole enrollment
);
CREATE INDEX enrollments_newest     ON enrollments (started_at, id);
CREATE INDEX enrollments_by_patient ON enrollments (patient_id, started_at, id);
CREATE INDEX enrollments_by_stay    ON enrollments (encounter_id, started_at, id) WHERE encounter_id IS NOT NULL;
CREATE INDEX enrollments_by_pathway ON enrollments (pathway, started_at, id);
CREATE INDEX enrollments_by_status  ON enrollments (status, started_at, id);
CREATE INDEX enrollments_by_owner   ON enrollments (owner, started_at, id);
CREATE INDEX enrollments_by_wake    ON enrollments (wakes_at) WHERE status <> 'ended';
CREATE INDEX enrollments_open       ON enrollments (id) WHERE status <> 'ended';
-- What nothing holds: the proof lists it, and this index is empty on a good day.
CREATE INDEX enrollments_unheld ON enrollments (started_at, id)
    WHERE status <> 'ended' AND owned_items = 0 AND partner_waits = 0
      AND NOT (wakes_at IS NOT NULL AND (running_clocks > 0 OR timed_steps > 0 OR status IN ('paused', 'suspended')));
-- The proof counts from this index alone.
CREATE INDEX enrollments_held ON enrollments (status, running_clocks, timed_steps, owned_items, partner_waits, wakes_at)
    WHERE status <> 'ended';

CREATE TABLE steps (
    enrollment_id uuid        NOT NULL, -- whose step
    step          text        NOT NULL, -- the step's id in the definition
    occurrence    integer     NOT NULL, -- which occurrence, from 1
    kind          text        NOT NULL, -- task, message, appointment, referral, wait, milestone
    status        text        NOT NULL, -- waiting, open, done, skipped, missed, cancelled
    opens_at      timestamptz,          -- the time of its own that it waits for
    body          jsonb       NOT NULL, -- the whole step
    PRIMARY KEY (enrollment_id, step, occurrence)
);

CREATE TABLE clocks (
    enrollment_id uuid        NOT NULL, -- whose clock
    clock         text        NOT NULL, -- the clock's name in the definition
    step          text        NOT NULL, -- the step that it times; empty: the enrollment's own
    occurrence    integer     NOT NULL, -- the step's occurrence
    status        text        NOT NULL, -- running, paused, met, missed, cancelled
    due_at        timestamptz NOT NULL, -- when it runs out
    body          jsonb       NOT NULL, -- the whole clock
    PRIMARY KEY (enrollment_id, clock, step, occurrence)
);

CREATE TABLE tasks (
    id            uuid        PRIMARY KEY,         -- the task
    enrollment_id uuid        NOT NULL,            -- which enrollment asks for it
    patient_id    uuid        NOT NULL,            -- whom it is about
    kind          text        NOT NULL,            -- the kind of step that asked for it
    role          text        NOT NULL,            -- the role that owns it
    assignee      text        NOT NULL DEFAULT '', -- the person who holds it; empty: anyone of the role
    status        text        NOT NULL,            -- requested, in-progress, on-hold, completed, cancelled
    priority      integer     NOT NULL,            -- 1 critical, 3 normal, 5 low
    opened_at     timestamptz NOT NULL,            -- when it was asked for
    due_at        timestamptz,                     -- by when it is to be done
    ended_at      timestamptz,                     -- when it was done or cancelled
    missed        boolean     NOT NULL DEFAULT false, -- the deadline passed before it was done
    outcome       text        NOT NULL DEFAULT '', -- how it ended
    open          boolean     GENERATED ALWAYS AS (status IN ('requested', 'in-progress', 'on-hold')) STORED, -- work is expected
    due_key       timestamptz GENERATED ALWAYS AS (COALESCE(due_at, 'infinity'::timestamptz)) STORED, -- to sort by: undated last
    body          jsonb       NOT NULL             -- the whole task
);
CREATE INDEX tasks_open             ON tasks (due_key, id) WHERE open;
CREATE INDEX tasks_open_by_role     ON tasks (role, due_key, id) WHERE open;
CREATE INDEX tasks_open_by_assignee ON tasks (assignee, due_key, id) WHERE open;
CREATE INDEX tasks_all              ON tasks (due_key, id);
CREATE INDEX tasks_by_status        ON tasks (status, due_key, id);
CREATE INDEX tasks_by_patient       ON tasks (patient_id, due_key, id);
CREATE INDEX tasks_by_enrollment    ON tasks (enrollment_id, due_key, id);

-- Every change of a status. It only grows: ages and durations are read from it.
CREATE TABLE transitions (
    enrollment_id uuid        NOT NULL,            -- in which enrollment
    seq           bigint      NOT NULL,            -- in which turn
    ordinal       integer     NOT NULL,            -- its place within the turn, from 1
    item          uuid        NOT NULL,            -- what changed
    item_kind     text        NOT NULL,            -- task, referral, escalation, enrollment, message
    from_status   text        NOT NULL DEFAULT '', -- what it was; empty: it is new
    to_status     text        NOT NULL,            -- what it became
    owner         text        NOT NULL DEFAULT '', -- who owned it then
    actor_kind    text        NOT NULL,            -- what kind of actor did it
    effective_at  timestamptz NOT NULL,            -- when it was so in the world
    recorded_at   timestamptz NOT NULL,            -- when we were told
    body          jsonb       NOT NULL,            -- the whole transition
    PRIMARY KEY (enrollment_id, seq, ordinal)
);
CREATE INDEX transitions_by_item ON transitions (item, seq, ordinal);
CREATE INDEX transitions_by_time ON transitions (item_kind, to_status, effective_at);

CREATE TABLE attempts (
    id            uuid        PRIMARY KEY, -- the attempt
    enrollment_id uuid        NOT NULL,    -- in which enrollment
    task_id       uuid        NOT NULL,    -- for which task
    mode          text        NOT NULL,    -- the way it was tried
    reached       boolean     NOT NULL,    -- whether somebody was reached
    occurred_at   timestamptz NOT NULL,    -- when it was tried
    body          jsonb       NOT NULL     -- the whole attempt
);
CREATE INDEX attempts_by_task ON attempts (task_id, occurred_at, id);

CREATE TABLE escalations (
    id            uuid        PRIMARY KEY, -- the escalation
    enrollment_id uuid        NOT NULL,    -- in which enrollment
    patient_id    uuid        NOT NULL,    -- whom it is about
    task_id       uuid,                    -- the late task
    level         text        NOT NULL,    -- the role escalated to
    kind          text        NOT NULL,    -- warn, escalate, delivery, suspended, unheld
    status        text        NOT NULL,    -- open, acknowledged, snoozed, resolved, withdrawn
    raised_at     timestamptz NOT NULL,    -- when it was raised
    ended_at      timestamptz,             -- when it was over
    open          boolean     GENERATED ALWAYS AS (status IN ('open', 'acknowledged', 'snoozed')) STORED, -- somebody is to act
    body          jsonb       NOT NULL     -- the whole escalation
);
CREATE INDEX escalations_open          ON escalations (raised_at, id) WHERE open;
CREATE INDEX escalations_open_by_level ON escalations (level, raised_at, id) WHERE open;
CREATE INDEX escalations_all           ON escalations (raised_at, id);
CREATE INDEX escalations_by_level      ON escalations (level, raised_at, id);
CREATE INDEX escalations_by_status     ON escalations (status, raised_at, id);
CREATE INDEX escalations_by_patient    ON escalations (patient_id, raised_at, id);
CREATE INDEX escalations_by_enrollment ON escalations (enrollment_id, raised_at, id);
CREATE INDEX escalations_by_task       ON escalations (task_id, raised_at, id) WHERE task_id IS NOT NULL;

CREATE TABLE referrals (
    id            uuid        PRIMARY KEY, -- the referral
    enrollment_id uuid        NOT NULL,    -- in which enrollment
    patient_id    uuid        NOT NULL,    -- who is referred
    need          text        NOT NULL,    -- the Gravity SDOH category
    service_id    uuid,                    -- the service that is asked
    status        text        NOT NULL,    -- as in the Gravity SDOH Clinical Care guide
    sent_at       timestamptz,             -- when it was sent
    due_at        timestamptz,             -- by when the present wait must end
    ended_at      timestamptz,             -- when nothing more was expected of it
    outcome       text        NOT NULL DEFAULT '', -- what came of it
    open          boolean     GENERATED ALWAYS AS (status IN ('draft', 'requested', 'accepted', 'in-progress', 'on-hold')) STORED, -- something is expected
    due_key       timestamptz GENERATED ALWAYS AS (COALESCE(due_at, 'infinity'::timestamptz)) STORED, -- to sort by: undated last
    body          jsonb       NOT NULL     -- the whole referral
);
CREATE INDEX referrals_open          ON referrals (due_key, id) WHERE open;
CREATE INDEX referrals_all           ON referrals (due_key, id);
CREATE INDEX referrals_by_status     ON referrals (status, due_key, id);
CREATE INDEX referrals_by_need       ON referrals (need, due_key, id);
CREATE INDEX referrals_by_patient    ON referrals (patient_id, due_key, id);
CREATE INDEX referrals_by_enrollment ON referrals (enrollment_id, due_key, id);
CREATE INDEX referrals_by_service    ON referrals (service_id, due_key, id) WHERE service_id IS NOT NULL;

-- Also the outbox: what is queued here is to be delivered.
CREATE TABLE messages (
    id            uuid        PRIMARY KEY, -- the message
    enrollment_id uuid        NOT NULL,    -- in which enrollment
    patient_id    uuid        NOT NULL,    -- whom it is about
    purpose       text        NOT NULL,    -- message, reminder, warning, escalation, referral
    recipient     text        NOT NULL,    -- patient, role:<role>, service:<id>
    status        text        NOT NULL,    -- queued, sent, failed, unknown, stopped
    queued_at     timestamptz NOT NULL,    -- when it was asked for
    ended_at      timestamptz,             -- when it was sent or given up
    body          jsonb       NOT NULL     -- the whole message
);
CREATE INDEX messages_newest        ON messages (queued_at, id);
CREATE INDEX messages_by_status     ON messages (status, queued_at, id);
CREATE INDEX messages_by_recipient  ON messages (recipient, queued_at, id);
CREATE INDEX messages_by_patient    ON messages (patient_id, queued_at, id);
CREATE INDEX messages_by_enrollment ON messages (enrollment_id, queued_at, id);

-- What happened, in words. It only grows.
CREATE TABLE timeline (
    enrollment_id uuid        NOT NULL, -- in which enrollment
    seq           bigint      NOT NULL, -- in which turn
    ordinal       integer     NOT NULL, -- its place within the turn, from 1
    patient_id    uuid        NOT NULL, -- whom it is about
    kind          text        NOT NULL, -- what kind of entry
    occurred_at   timestamptz NOT NULL, -- when it happened
    body          jsonb       NOT NULL, -- the whole entry
    PRIMARY KEY (enrollment_id, seq, ordinal)
);
CREATE INDEX timeline_by_patient ON timeline (patient_id, occurred_at, enrollment_id, seq, ordinal);

-- ── Beside the journal ───────────────────────────────────────────────────────────────────────

-- A patient's permissions to share. Recorded by a pathway or by a person; never un-revoked.
CREATE TABLE consents (
    id          uuid        PRIMARY KEY, -- the consent
    patient_id  uuid        NOT NULL,    -- who was asked
    purpose     text        NOT NULL,    -- the need that is referred for
    given       boolean     NOT NULL,    -- given or refused
    how         text        NOT NULL,    -- verbal, written, form
    recorded_by jsonb       NOT NULL,    -- the actor who recorded it
    given_at    timestamptz NOT NULL,    -- when the patient said so
    expires_at  timestamptz,             -- until when it holds
    revoked_at  timestamptz              -- since when it no longer holds
);
CREATE INDEX consents_by_patient ON consents (patient_id, purpose, given_at, id);

-- The tries at delivering a message, each recorded before it is made.
CREATE TABLE deliveries (
    message_id  uuid        NOT NULL,            -- which message
    attempt     integer     NOT NULL,            -- which try, from 1
    state       text        NOT NULL,            -- sending, sent, failed, unknown
    channel     text        NOT NULL,            -- by which channel
    provider_id text        NOT NULL DEFAULT '', -- the channel's own id of it
    detail      text        NOT NULL DEFAULT '', -- why it failed; no patient facts
    at          timestamptz NOT NULL,            -- when the state was recorded
    PRIMARY KEY (message_id, attempt)
);
CREATE INDEX deliveries_unsettled ON deliveries (at) WHERE state IN ('sending', 'unknown');
CREATE INDEX deliveries_by_provider ON deliveries (channel, provider_id) WHERE provider_id <> '';

-- The versions of the pathways. A published one never changes.
CREATE TABLE definitions (
    pathway      text        NOT NULL,            -- the pathway's key
    version      integer     NOT NULL,            -- its version
    title        text        NOT NULL,            -- what people call it
    digest       text        NOT NULL,            -- SHA-256 of its content
    status       text        NOT NULL,            -- draft, published, retired
    launch_on    text        NOT NULL DEFAULT '', -- the kind of event that starts one
    source       bytea       NOT NULL,            -- the file as written
    body         jsonb       NOT NULL,            -- the definition
    created_at   timestamptz NOT NULL,            -- when it was first stored
    published_at timestamptz,                     -- when it was published
    retired_at   timestamptz,                     -- when it was retired
    PRIMARY KEY (pathway, version)
);
CREATE INDEX definitions_by_digest ON definitions (digest);
CREATE INDEX definitions_published ON definitions (pathway, version) WHERE status = 'published';

CREATE TABLE patients (
    id          uuid        PRIMARY KEY, -- the patient
    sort_name   text        COLLATE "C" NOT NULL, -- family and given name in lower case, to find and sort by
    merged_into uuid        REFERENCES patients, -- the surviving patient, where this one was a duplicate
    created_at  timestamptz NOT NULL,    -- when we first heard of them
    updated_at  timestamptz NOT NULL,    -- when we last did
    body        jsonb       NOT NULL     -- the whole patient, identifiers aside
);
CREATE INDEX patients_by_name ON patients (sort_name, id) WHERE merged_into IS NULL;
CREATE INDEX patients_merged  ON patients (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE patient_identifiers (
    system     text    NOT NULL, -- the assigning authority
    value      text    NOT NULL, -- the identifier
    type       text    NOT NULL DEFAULT '', -- HL7 table 0203: MR, AN, SS, …
    patient_id uuid    NOT NULL REFERENCES patients, -- whose it is
    ordinal    integer NOT NULL, -- its place among the patient's identifiers
    PRIMARY KEY (system, value)
);
CREATE INDEX patient_identifiers_by_patient ON patient_identifiers (patient_id, ordinal);
CREATE INDEX patient_identifiers_by_value   ON patient_identifiers (value);

-- Stays, each folded from its reports.
CREATE TABLE encounters (
    id            uuid        PRIMARY KEY,         -- the stay, derived from its identifier
    patient_id    uuid        NOT NULL REFERENCES patients, -- whose stay
    system        text        NOT NULL,            -- who assigned the visit number
    value         text        NOT NULL,            -- the visit number
    class         text        NOT NULL,            -- inpatient, emergency, …
    status        text        NOT NULL,            -- planned, in_progress, discharged, cancelled
    admitted_at   timestamptz,                     -- when it began
    discharged_at timestamptz,                     -- when it ended
    disposition   text        NOT NULL DEFAULT '', -- where the patient went
    updated_at    timestamptz NOT NULL,            -- when it last changed
    body          jsonb       NOT NULL             -- the whole stay
);
CREATE INDEX encounters_by_patient ON encounters (patient_id, admitted_at, id);

-- What each message said about a stay. It only grows.
CREATE TABLE encounter_reports (
    encounter_id uuid        NOT NULL, -- which stay
    digest       text        NOT NULL, -- SHA-256 of control id, act and content: the same report is stored once
    patient_id   uuid        NOT NULL, -- whose stay, as the message said
    occurred_at  timestamptz NOT NULL, -- when the sender recorded what happened
    control_id   text        NOT NULL, -- the sender's id of the message
    report       jsonb       NOT NULL, -- what it said
    recorded_at  timestamptz NOT NULL, -- when we stored it
    PRIMARY KEY (encounter_id, digest)
);
CREATE INDEX encounter_reports_in_order ON encounter_reports (encounter_id, occurred_at, control_id, digest);

-- Why a pathway was started for a patient, or was not. It only grows.
CREATE TABLE launch_decisions (
    id            uuid        PRIMARY KEY,         -- the decision
    patient_id    uuid        NOT NULL,            -- for whom
    encounter_id  uuid,                            -- because of which stay
    pathway       text        NOT NULL,            -- which pathway
    version       integer     NOT NULL,            -- which version
    decision      text        NOT NULL,            -- started, not_started, joined, refused
    reason        text        NOT NULL DEFAULT '', -- why
    enrollment_id uuid,                            -- the enrollment started or joined
    inbox_id      uuid,                            -- the message that led to it
    at            timestamptz NOT NULL             -- when it was decided
);
CREATE INDEX launch_decisions_by_patient ON launch_decisions (patient_id, at, id);
CREATE INDEX launch_decisions_by_stay    ON launch_decisions (encounter_id, at, id) WHERE encounter_id IS NOT NULL;

-- Messages of other systems, stored before they are acknowledged.
CREATE TABLE inbox (
    id           uuid        PRIMARY KEY,         -- the message
    dedup_key    text        NOT NULL UNIQUE,     -- the same message has the same key
    format       text        NOT NULL,            -- hl7v2, fhir
    kind         text        NOT NULL,            -- ADT^A03, fhir:transaction
    control_id   text        NOT NULL DEFAULT '', -- the sender's id of it
    source       text        NOT NULL DEFAULT '', -- the sending application and facility
    raw          bytea       NOT NULL,            -- as it came
    status       text        NOT NULL,            -- received, applied, ignored, failed
    reason       text        NOT NULL DEFAULT '', -- why it was ignored or failed; no patient facts
    patient_id   uuid,                            -- whom it was about
    received_at  timestamptz NOT NULL,            -- when it came
    handled_at   timestamptz,                     -- when its fate was decided
    attempts     integer     NOT NULL DEFAULT 0,  -- how often it was taken up
    leased_until timestamptz                      -- somebody works on it until then
);
CREATE INDEX inbox_waiting    ON inbox (received_at, id) WHERE status = 'received';
CREATE INDEX inbox_newest     ON inbox (received_at, id);
CREATE INDEX inbox_by_status  ON inbox (status, received_at, id);
CREATE INDEX inbox_by_patient ON inbox (patient_id, received_at, id) WHERE patient_id IS NOT NULL;
CREATE INDEX inbox_by_control ON inbox (control_id, received_at, id);

-- Community services that may meet a need.
CREATE TABLE services (
    id        uuid   PRIMARY KEY,          -- the service
    sort_name text   COLLATE "C" NOT NULL, -- organization and name in lower case
    status    text   NOT NULL,             -- HSDS: active, inactive, defunct, temporarily closed
    needs     text[] NOT NULL,             -- Gravity SDOH categories that it meets
    body      jsonb  NOT NULL              -- the whole service
);
CREATE INDEX services_by_name ON services (sort_name, id);
CREATE INDEX services_by_need ON services USING gin (needs);

-- Where the mail for a role goes.
CREATE TABLE roles (
    role  text PRIMARY KEY, -- the role's key
    email text NOT NULL     -- its address; empty: none
);

-- Partners' links. The token is never stored: it is signed, and names the link.
CREATE TABLE links (
    id          uuid        PRIMARY KEY, -- the link
    referral_id uuid        NOT NULL,    -- what it opens
    purpose     text        NOT NULL,    -- the one thing it is for
    created_at  timestamptz NOT NULL,    -- when it was made
    expires_at  timestamptz NOT NULL,    -- until when it works
    used_at     timestamptz,             -- when it was first used
    revoked_at  timestamptz              -- since when it no longer works
);
CREATE INDEX links_by_referral ON links (referral_id);

-- Answers already given, so that the same command twice is done once.
CREATE TABLE idempotency_keys (
    key          text        PRIMARY KEY, -- the caller's key, within the caller's own space
    body_hash    text        NOT NULL,    -- SHA-256 of the request
    status       integer,                 -- the answer's status; null: still at work
    answer       bytea,                   -- the answer's body
    created_at   timestamptz NOT NULL,    -- when it first came
    leased_until timestamptz NOT NULL     -- a caller that died is given up then
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Settings of the installation, by name.
CREATE TABLE settings (
    key        text        PRIMARY KEY, -- the setting's name
    value      jsonb       NOT NULL,    -- its value
    updated_at timestamptz NOT NULL     -- when it was set
);
