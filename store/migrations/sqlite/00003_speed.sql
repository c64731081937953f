-- +goose Up
-- As in PostgreSQL, where it spares most of the work of finishing a row.
ALTER TABLE read_data_info ADD COLUMN unfinished_from bigint NOT NULL DEFAULT 0; -- a NEW row below it is aside
UPDATE read_data_info SET unfinished_from = high_seq + 1;

-- NEW, and not to be found by its number: of nobody, claimed, late, or under way for long.
ALTER TABLE dumped_data ADD COLUMN aside boolean NOT NULL DEFAULT false CHECK (status = 'NEW' OR NOT aside);
UPDATE dumped_data SET aside = true WHERE status = 'NEW';

DROP INDEX dumped_data_new;
DROP INDEX dumped_data_failed;
DROP INDEX dumped_data_failed_by_code;
CREATE INDEX dumped_data_aside ON dumped_data (feed, owner, next_attempt_at, seq) WHERE aside;
CREATE INDEX dumped_data_error ON dumped_data (feed, seq) WHERE error_code IS NOT NULL;
CREATE INDEX dumped_data_error_by_code ON dumped_data (feed, error_code, seq) WHERE error_code IS NOT NULL;
