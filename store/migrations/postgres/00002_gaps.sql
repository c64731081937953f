-- +goose Up
-- Numbers that were passed over, and may still appear.
CREATE TABLE sequence_gap (
    feed    text COLLATE "C" NOT NULL,
    lo      bigint      NOT NULL,
    hi      bigint      NOT NULL,
    born_at timestamptz NOT NULL,
    dirty   boolean     NOT NULL DEFAULT false, -- it also covers numbers that were dumped
    PRIMARY KEY (feed, lo),
    CHECK (lo <= hi)
);

ALTER TABLE read_data_info
    ADD COLUMN stop_code     text, -- why the feed reads no further until a person decides
    ADD COLUMN stop_text     text,
    ADD COLUMN resend_above  bigint, -- rows above this number that were COMPLETED before resend_before
    ADD COLUMN resend_before timestamptz; -- are dumped again when their numbers are read again

ALTER TABLE dumped_data ADD COLUMN resends integer NOT NULL DEFAULT 0 CHECK (resends >= 0);
