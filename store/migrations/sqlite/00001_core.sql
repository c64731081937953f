-- +goose Up
-- Times are UTC, as text: 2026-09-01 12:03:07.120
CREATE TABLE store_info (
    one        boolean     PRIMARY KEY DEFAULT true CHECK (one), -- there is one row
    store_id   text        NOT NULL,
    created_at timestamp   NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
);

CREATE TABLE read_data_info (
    feed            text        PRIMARY KEY,
    last_read_seq   bigint      NOT NULL,
    high_seq        bigint      NOT NULL,
    start_seq       bigint      NOT NULL,
    version         bigint      NOT NULL DEFAULT 0,
    source_identity text        NOT NULL,
    paused          boolean     NOT NULL DEFAULT false,
    updated_at      timestamp   NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')),
    CHECK (high_seq >= start_seq)
);

CREATE TABLE instance (
    id          text        PRIMARY KEY,
    name        text        NOT NULL,
    started_at  timestamp   NOT NULL,
    seen_at     timestamp   NOT NULL,
    alive_until timestamp   NOT NULL,
    dead        boolean     NOT NULL DEFAULT false,
    stopped_at  timestamp, -- a clean stop; NULL while it lives, and after a crash
    state       text        NOT NULL,
    CHECK (dead OR stopped_at IS NULL)
);
CREATE INDEX instance_by_name ON instance (name, started_at);

-- NEW -> COMPLETED | FAILED; NEW -> NEW with another attempt or owner; FAILED -> NEW only by a person.
CREATE TABLE dumped_data (
    feed            text        NOT NULL,
    seq             bigint      NOT NULL,
    status          text        NOT NULL DEFAULT 'NEW' CHECK (status IN ('NEW', 'COMPLETED', 'FAILED')),
    outcome         text        CHECK (outcome IN ('SENT', 'FILTERED', 'SKIPPED')),
    error_code      text,
    error_text      text,
    attempts        integer     NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_attempt_at timestamp,
    metadata        text        NOT NULL,
    message_id      text        NOT NULL,
    business_key    text,
    owner           text,
    claim_no        integer     NOT NULL DEFAULT 1 CHECK (claim_no >= 1),
    crashes         integer     NOT NULL DEFAULT 0 CHECK (crashes >= 0),
    read_at         timestamp   NOT NULL,
    finished_at     timestamp,
    PRIMARY KEY (feed, seq),
    CONSTRAINT completed_has_outcome CHECK ((status = 'COMPLETED') = (outcome IS NOT NULL)),
    CONSTRAINT failed_has_error CHECK (status <> 'FAILED' OR error_code IS NOT NULL),
    CONSTRAINT finished_has_time CHECK ((status = 'NEW') = (finished_at IS NULL)),
    CONSTRAINT finished_waits_for_nothing CHECK (status = 'NEW' OR next_attempt_at IS NULL)
);

CREATE INDEX dumped_data_new ON dumped_data (feed, owner, next_attempt_at, seq) WHERE status = 'NEW';
CREATE INDEX dumped_data_failed ON dumped_data (feed, seq) WHERE status = 'FAILED';
CREATE INDEX dumped_data_failed_by_code ON dumped_data (feed, error_code, finished_at) WHERE status = 'FAILED';

CREATE TABLE audit (
    id      integer     PRIMARY KEY AUTOINCREMENT,
    at      timestamp   NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')),
    actor   text        NOT NULL,
    origin  text        NOT NULL,
    command text        NOT NULL,
    feed    text        NOT NULL, -- '' for several
    filter  text        NOT NULL,
    changed bigint      NOT NULL,
    reason  text        NOT NULL
);
