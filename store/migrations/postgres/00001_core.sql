-- +goose Up
CREATE TABLE store_info (
    one        boolean     PRIMARY KEY DEFAULT true CHECK (one), -- there is one row
    store_id   text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE read_data_info (
    feed            text COLLATE "C" PRIMARY KEY,
    last_read_seq   bigint      NOT NULL,
    high_seq        bigint      NOT NULL,
    start_seq       bigint      NOT NULL,
    version         bigint      NOT NULL DEFAULT 0,
    source_identity text        NOT NULL,
    paused          boolean     NOT NULL DEFAULT false,
    updated_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (high_seq >= start_seq)
);

CREATE TABLE instance (
    id          uuid        PRIMARY KEY,
    name        text        NOT NULL,
    started_at  timestamptz NOT NULL,
    seen_at     timestamptz NOT NULL,
    alive_until timestamptz NOT NULL,
    dead        boolean     NOT NULL DEFAULT false,
    stopped_at  timestamptz, -- a clean stop; NULL while it lives, and after a crash
    state       text        NOT NULL,
    CHECK (dead OR stopped_at IS NULL)
);
CREATE INDEX instance_by_name ON instance (name, started_at);

-- NEW -> COMPLETED | FAILED; NEW -> NEW with another attempt or owner; FAILED -> NEW only by a person.
CREATE TABLE dumped_data (
    feed            text COLLATE "C" NOT NULL,
    seq             bigint      NOT NULL,
    status          text        NOT NULL DEFAULT 'NEW' CHECK (status IN ('NEW', 'COMPLETED', 'FAILED')),
    outcome         text        CHECK (outcome IN ('SENT', 'FILTERED', 'SKIPPED')),
    error_code      text,
    error_text      text,
    attempts        integer     NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_attempt_at timestamptz,
    metadata        text        NOT NULL,
    message_id      text        NOT NULL,
    business_key    text,
    owner           uuid,
    claim_no        integer     NOT NULL DEFAULT 1 CHECK (claim_no >= 1),
    crashes         integer     NOT NULL DEFAULT 0 CHECK (crashes >= 0),
    read_at         timestamptz NOT NULL,
    finished_at     timestamptz,
    PRIMARY KEY (feed, seq),
    CONSTRAINT completed_has_outcome CHECK ((status = 'COMPLETED') = (outcome IS NOT NULL)),
    CONSTRAINT failed_has_error CHECK (status <> 'FAILED' OR error_code IS NOT NULL),
    CONSTRAINT finished_has_time CHECK ((status = 'NEW') = (finished_at IS NULL)),
    CONSTRAINT finished_waits_for_nothing CHECK (status = 'NEW' OR next_attempt_at IS NULL)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);

CREATE INDEX dumped_data_new ON dumped_data (feed, owner, next_attempt_at, seq) WHERE status = 'NEW';
CREATE INDEX dumped_data_failed ON dumped_data (feed, seq) WHERE status = 'FAILED';
CREATE INDEX dumped_data_failed_by_code ON dumped_data (feed, error_code, finished_at) WHERE status = 'FAILED';

CREATE TABLE audit (
    id      bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor   text        NOT NULL,
    origin  text        NOT NULL,
    command text        NOT NULL,
    feed    text        NOT NULL, -- '' for several
    filter  text        NOT NULL,
    changed bigint      NOT NULL,
    reason  text        NOT NULL
);
