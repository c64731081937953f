-- +goose Up
-- PostgreSQL writes an updated row into its old page, without touching any index, only if no index names a column that changes (HOT). So the rows
-- that are not finished are found without an index over status: by their numbers, from unfinished_from on, and the few others by `aside`.
ALTER TABLE read_data_info ADD COLUMN unfinished_from bigint; -- a NEW row below it is aside
UPDATE read_data_info SET unfinished_from = high_seq + 1;
ALTER TABLE read_data_info ALTER COLUMN unfinished_from SET NOT NULL;

-- NEW, and not to be found by its number: of nobody, claimed, late, or under way for long.
ALTER TABLE dumped_data ADD COLUMN aside boolean NOT NULL DEFAULT false;
UPDATE dumped_data SET aside = true WHERE status = 'NEW';
ALTER TABLE dumped_data ADD CONSTRAINT aside_is_new CHECK (status = 'NEW' OR NOT aside);

DROP INDEX dumped_data_new;
DROP INDEX dumped_data_failed;
DROP INDEX dumped_data_failed_by_code;
CREATE INDEX dumped_data_aside ON dumped_data (feed, owner, next_attempt_at, seq) WHERE aside;
CREATE INDEX dumped_data_error ON dumped_data (feed, seq) WHERE error_code IS NOT NULL;
CREATE INDEX dumped_data_error_by_code ON dumped_data (feed, error_code, seq) WHERE error_code IS NOT NULL;
ALTER TABLE dumped_data SET (fillfactor = 50); -- room in its page for every row's end
