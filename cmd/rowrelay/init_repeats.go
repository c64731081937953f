package main

import (
	"context"
	"fmt"

	"github.com/rowrelay/rowrelay/database"
)

// repeats are the numbers that several rows share.
type repeats struct {
	Numbers int64 `db:"numbers"`
	Lowest  int64 `db:"lowest"`
}

// refuseRepeats refuses a sequence whose numbers are known to repeat, and warns of one whose numbers may. A number stands for one row: of
// two rows that share it the feed carries one, or it stops.
func (s *setup) refuseRepeats(ctx context.Context, c catalogued) error {
	if c.Unique {
		return nil
	}
	found, looked := s.lookForRepeats(ctx, c)
	if found.Numbers > 0 {
		return &problem{exitUsage, fmt.Sprintf("--sequence: %q of %s is not unique: %s shared by several rows, the lowest is %d",
			c.Column, c.spelled(), isOrAre(found.Numbers), found.Lowest),
			"name a column that no two rows share, or a view with one: a row whose number another has is taken for that one, or stops the feed (SEQUENCE_NOT_UNIQUE)"}
	}
	today := "no two rows share one today"
	if !looked {
		today = "whether rows share one was not looked for, in a table that may be large"
	}
	if !s.g.Quiet {
		printFindings(s.g.console.err, []finding{doubt(c.spelled(), fmt.Sprintf("nothing keeps the numbers of %q unique; %s", c.Column, today),
			"let the table's owner make a unique index on it alone: two rows of one number would be taken for one, or stop the feed (SEQUENCE_NOT_UNIQUE)")})
	}
	return nil
}

func isOrAre(numbers int64) string {
	if numbers == 1 {
		return "1 number is"
	}
	return fmt.Sprintf("%d numbers are", numbers)
}

// lookForRepeats reads the whole table, and so only where it is small; looked is false where it has not.
func (s *setup) lookForRepeats(ctx context.Context, c catalogued) (found repeats, looked bool) {
	size, err := c.count(ctx, s.db)
	if err != nil || !size.small() {
		return found, false
	}
	err = s.db.GetContext(ctx, &found, fmt.Sprintf(`SELECT count(*) AS numbers, COALESCE(min(n), 0) AS lowest
		FROM (SELECT %[1]s AS n FROM %[2]s WHERE %[1]s IS NOT NULL GROUP BY %[1]s HAVING count(*) > 1) AS shared`, database.Quote(c.Column), c.from()))
	return found, err == nil
}
