package store

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/record"
)

// selected is what AUDIT keeps of a filter.
type selected struct {
	Feed  string      `json:"feed,omitempty"`
	Code  record.Code `json:"code,omitempty"`
	Key   string      `json:"key,omitempty"`
	Seqs  []int64     `json:"seqs,omitempty"`
	Since string      `json:"since,omitempty"` // 2h0m0s
}

func (f Filter) told() selected {
	t := selected{Feed: f.Feed, Code: f.Code, Key: f.Key, Seqs: f.Seqs}
	if f.Since > 0 {
		t.Since = f.Since.String()
	}
	return t
}

// audit notes who did it; what is a struct that says to which rows.
func (s *SQL) audit(ctx context.Context, tx *sqlx.Tx, feed string, what any, changed int64, a Audit) (id int64, err error) {
	filter, err := readable(what)
	if err != nil {
		return 0, err
	}
	err = s.get(ctx, tx, &id, `
		INSERT INTO audit (actor, origin, command, feed, filter, changed, reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
		clean(a.Actor), clean(a.Origin), clean(a.Command), feed, filter, changed, clean(a.Reason))
	return id, err
}

// readable is JSON for people who look at the tables: a & stays one.
func readable(what any) (string, error) {
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	err := e.Encode(what)
	return strings.TrimSuffix(text.String(), "\n"), err
}
