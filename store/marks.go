package store

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/record"
)

// errorTextLength is how many characters of an error are kept.
const errorTextLength = 2000

// marked is a mark as it travels to the database.
type marked struct {
	Seq     int64          `json:"at_seq"`
	Claim   int            `json:"claim"`
	Status  record.Status  `json:"to_status"`
	Outcome record.Outcome `json:"to_outcome"`
	Code    record.Code    `json:"code"`
	Text    string         `json:"text"`
	Attempt int            `json:"attempt"` // 0 or 1
	Wait    float64        `json:"wait"`    // seconds
}

// Mark implements Records.
func (s *SQL) Mark(ctx context.Context, feed, instance string, marks []Mark) ([]int64, error) {
	plain, others := sorted(marks)
	var hit []int64
	err := s.tx(ctx, func(tx *sqlx.Tx) error {
		for end, seqs := range plain {
			if err := s.more(ctx, tx, &hit, finish, feed, instance, s.dialect.list(seqs), slices.Min(seqs), slices.Max(seqs), end.claim, string(end.outcome)); err != nil {
				return err
			}
		}
		if len(others) == 0 {
			return nil
		}
		document, seqs := travellingMarks(others)
		return s.more(ctx, tx, &hit, mark, feed, instance, document, s.dialect.list(seqs), slices.Min(seqs), slices.Max(seqs))
	})
	if err != nil {
		return nil, s.trouble(ctx, "mark rows of "+feed, err)
	}
	slices.Sort(hit)
	return hit, nil
}

// more adds what a statement returns to numbers.
func (s *SQL) more(ctx context.Context, tx *sqlx.Tx, numbers *[]int64, statement string, args ...any) error {
	rows, err := tx.QueryContext(ctx, s.dialect.sql(statement), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return err
		}
		*numbers = append(*numbers, n)
	}
	return rows.Err()
}

// end is what all marks of nearly every row have in common: the first claim was sent, or left out by a filter.
type end struct {
	claim   int
	outcome record.Outcome
}

// sorted groups the marks that differ in nothing but the number.
func sorted(marks []Mark) (plain map[end][]int64, others []Mark) {
	plain = map[end][]int64{}
	for _, m := range marks {
		if m.Status == record.Completed && m.Attempt && m.Code == "" && m.Text == "" {
			e := end{m.ClaimNo, m.Outcome}
			plain[e] = append(plain[e], m.Seq)
		} else {
			others = append(others, m)
		}
	}
	return plain, others
}

// finish is mark for rows whose ends are alike. The range is for a young table, whose statistics say that it is small: PostgreSQL would then walk
// through the whole feed, and throw away what the list does not hold.
const finish = `
	UPDATE dumped_data
	   SET status = 'COMPLETED', aside = false, outcome = $7, error_code = NULL, error_text = NULL, attempts = attempts + 1, crashes = 0,
	       next_attempt_at = NULL, finished_at = clock_timestamp()
	 WHERE feed = $1 AND seq BETWEEN $4 AND $5 AND seq = ANY($3) AND claim_no = $6 AND owner = $2 AND status = 'NEW'
	RETURNING seq`

func travellingMarks(marks []Mark) (document string, seqs []int64) {
	rows := make([]marked, 0, len(marks))
	for _, m := range marks {
		seqs = append(seqs, m.Seq)
		row := marked{
			Seq: m.Seq, Claim: m.ClaimNo, Status: m.Status, Outcome: m.Outcome,
			Code: m.Code, Text: cut(clean(m.Text), errorTextLength), Wait: m.Wait.Round(time.Millisecond).Seconds(),
		}
		if m.Attempt {
			row.Attempt = 1
		}
		rows = append(rows, row)
	}
	text, _ := json.Marshal(rows) // numbers and strings
	return string(text), seqs
}

// mark ends attempts. A released row (NEW without an attempt) keeps what it had, save its owner.
const mark = `
	UPDATE dumped_data AS d
	   SET status = m.to_status,
	       aside = m.to_status = 'NEW',
	       outcome = nullif(m.to_outcome, ''),
	       error_code = CASE WHEN m.to_status = 'NEW' AND m.attempt = 0 THEN d.error_code ELSE nullif(m.code, '') END,
	       error_text = CASE WHEN m.to_status = 'NEW' AND m.attempt = 0 THEN d.error_text ELSE nullif(m.text, '') END,
	       attempts = d.attempts + m.attempt,
	       crashes = CASE WHEN m.attempt = 1 OR m.to_status = 'COMPLETED' THEN 0 ELSE d.crashes END,
	       next_attempt_at = CASE WHEN m.to_status <> 'NEW' THEN NULL
	                              WHEN m.attempt = 1 OR m.wait > 0 THEN clock_timestamp() + m.wait * interval '1 second'
	                              ELSE d.next_attempt_at END,
	       owner = CASE WHEN m.to_status = 'NEW' THEN NULL ELSE d.owner END,
	       finished_at = CASE WHEN m.to_status = 'NEW' THEN NULL ELSE clock_timestamp() END
	  FROM json_to_recordset($3) AS m(at_seq bigint, claim int, to_status text, to_outcome text, code text, text text,
	                                  attempt int, wait float8)
	 WHERE d.feed = $1 AND d.seq BETWEEN $5 AND $6 AND d.seq = ANY($4) AND d.seq = m.at_seq AND d.claim_no = m.claim AND d.owner = $2 AND d.status = 'NEW'
	RETURNING seq`
