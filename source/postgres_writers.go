package source

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
)

// nextval() takes a RowExclusiveLock on the sequence, owned by the top transaction and kept to its end, also after ROLLBACK TO
// SAVEPOINT and PREPARE; INSERT takes the same on the table before it asks for a number. A commit makes its rows visible first and
// drops its locks afterwards. So a lock that is not listed any more means: a snapshot taken from now on sees the
// rows, or they never come. Everybody may see the locks of everybody.
const writers = `SELECT pg_is_in_recovery(), ` + life + `,
	COALESCE(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), -1)::float8,
	array_to_string(ARRAY(SELECT DISTINCT virtualtransaction FROM pg_locks
		WHERE locktype = 'relation' AND granted AND mode = 'RowExclusiveLock'
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND relation = ANY($1::oid[])), ' ')`

// lag is a statement for servers whose writers tell nothing, or may not be looked at.
const lag = `SELECT pg_is_in_recovery(), ` + life + `,
	COALESCE(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), -1)::float8, ''::text WHERE $1::text IS NOT NULL`

// evidence is described at Source.
func (p *postgres) evidence(ctx context.Context, db *sqlx.DB) (Evidence, error) {
	statement := writers
	if p.rule == ByAge {
		statement = lag
	}
	var e Evidence
	var standby bool
	var behind float64 // seconds; below 0: unknown
	var holders string
	if err := db.QueryRowxContext(ctx, statement, p.watched).Scan(&standby, &e.Server, &behind, &holders); err != nil {
		return Evidence{}, fmt.Errorf("look at the locks: %w", err)
	}
	e.Holders = strings.Fields(holders)
	e.Valid = !standby || p.rule == ByAge && behind >= 0
	if standby {
		e.Lag = time.Duration(max(behind, 0) * float64(time.Second))
	}
	return e, nil
}

// numbering settles how gaps are closed. A doubt means by age.
func (p *postgres) numbering(ctx context.Context, tx *sqlx.Tx, r *relation, sequence column) error {
	p.watched = "{}"
	why, err := p.doubt(ctx, tx, r, sequence)
	if err != nil {
		return err
	}
	p.rule = ByEvidence
	if why != "" {
		p.rule = ByAge
	}
	r.numbers.Rule = p.rule
	switch {
	case why != "":
		r.numbers.Text = "rows that are committed late are carried if they appear within gaps.watch: " + why
	case r.numbers.Pooled:
		r.numbers.Text = "rows that are committed late are carried: a missing number is watched for gaps.watch, because the sequence has CACHE or INCREMENT above 1, " +
			"and until no open transaction can bring it (docs/gaps.md)"
	default:
		r.numbers.Text = "rows that are committed late are carried: a missing number is watched for gaps.min_watch, and until no open transaction can bring it (docs/gaps.md)"
	}
	return nil
}

// doubt says why locks prove nothing here, or "".
func (p *postgres) doubt(ctx context.Context, tx *sqlx.Tx, r *relation, sequence column) (string, error) {
	var standby, genuine bool
	const query = `SELECT pg_is_in_recovery(), version() !~ '(-YB-|CockroachDB|Redshift|Greenplum)' AND to_regprocedure('aurora_version()') IS NULL
		AND NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')`
	if err := tx.QueryRowxContext(ctx, query).Scan(&standby, &genuine); err != nil {
		return "", err
	}
	switch {
	case standby:
		return "the server is a standby, where nobody can see who writes", nil
	case !genuine:
		return "the server is not PostgreSQL itself, whose locks tell who may still write", nil
	case r.oid == 0:
		return "a query hides which tables its numbers come from", nil
	case !r.plain:
		return p.o.Table + " is no plain table, and hides which tables its numbers come from", nil
	}
	return p.watch(ctx, tx, r, sequence)
}

// watch finds the tables and sequences by whose locks a writer of a number is known.
func (p *postgres) watch(ctx context.Context, tx *sqlx.Tx, r *relation, sequence column) (string, error) {
	const query = `WITH RECURSIVE
		up AS (SELECT $1::oid AS oid UNION SELECT i.inhparent FROM pg_inherits i JOIN up ON i.inhrelid = up.oid),
		tree AS (SELECT oid FROM up UNION SELECT i.inhrelid FROM pg_inherits i JOIN tree ON i.inhparent = tree.oid),
		attr AS (SELECT a.attrelid, a.attnum, d.oid AS defaults, pg_get_expr(d.adbin, d.adrelid) AS expr
			FROM tree JOIN pg_attribute a ON a.attrelid = tree.oid AND a.attname = $2 AND NOT a.attisdropped
			LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum),
		seq AS (SELECT d.objid AS oid FROM attr JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
				AND d.refobjid = attr.attrelid AND d.refobjsubid = attr.attnum AND d.deptype IN ('a', 'i')
			UNION SELECT d.refobjid FROM attr JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = attr.defaults AND d.refclassid = 'pg_class'::regclass
			UNION SELECT to_regclass(substring(expr FROM 'nextval\(\(?''([^'']+\.[^'']+)''::text'))::oid FROM attr)
		SELECT (SELECT array_agg(oid) FROM (SELECT oid FROM tree UNION SELECT seqrelid FROM pg_sequence JOIN seq ON seq.oid = seqrelid) AS w)::text,
			count(*), COALESCE(bool_or(seqcache > 1 OR seqincrement <> 1), false),
			EXISTS (SELECT FROM pg_subscription_rel JOIN tree ON tree.oid = srrelid)
		FROM pg_sequence JOIN seq ON seq.oid = seqrelid`
	var sequences int
	var replica bool
	if err := tx.QueryRowxContext(ctx, query, r.oid, sequence.Name).Scan(&p.watched, &sequences, &r.numbers.Pooled, &replica); err != nil {
		return "", err
	}
	if replica {
		return "a subscription fills the table, and nobody can see here who writes on its publisher", nil
	}
	if sequences == 0 {
		return fmt.Sprintf("no sequence belongs to %q: its numbers come from elsewhere", sequence.Name), nil
	}
	return p.seesLocks(ctx, tx)
}

// seesLocks tries the view once: a hardened server may have taken it from everybody.
func (p *postgres) seesLocks(ctx context.Context, tx *sqlx.Tx) (string, error) {
	var may bool
	if err := tx.QueryRowxContext(ctx, `SELECT has_table_privilege('pg_catalog.pg_locks', 'SELECT')`).Scan(&may); err != nil || may {
		return "", err
	}
	return "the account may not read pg_locks: GRANT SELECT ON pg_catalog.pg_locks TO it", nil
}

// probe is one range scan of the index for each range. Its alias is no name that a table is likely to have.
func (p *postgres) probe(list, from, sequence string, limit int) string {
	return fmt.Sprintf(`SELECT "a probe".i - 1, n.seq, n.wanted FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS "a probe"(lo, hi, i)
		CROSS JOIN LATERAL (SELECT %[1]s FROM %[2]s WHERE %[3]s BETWEEN "a probe".lo AND "a probe".hi ORDER BY %[3]s LIMIT %[4]d) AS n ORDER BY "a probe".i, n.seq`,
		list, from, sequence, limit)
}
