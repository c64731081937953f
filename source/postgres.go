package source

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/sqlvalue"
)

// postgres reads through a cursor in a READ ONLY transaction.
type postgres struct {
	o Options

	// What this account may call to tell servers apart; begin learns it at first.
	asked, mayIdentify, mayTimeline bool

	watched string // an array of oids: tables and sequences whose locks tell of writers
	rule    Rule
}

// life tells a server from another one, and from itself before a restart or a promotion.
const life = `CASE WHEN pg_is_in_recovery() THEN 'standby/' ELSE 'primary/' END || (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint`

func (p *postgres) begin(ctx context.Context, db *sqlx.DB) (*sqlx.Tx, peer, error) {
	tx, err := db.BeginTxx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead})
	if err != nil {
		return nil, peer{}, fmt.Errorf("begin: %w", err)
	}
	who, err := p.settle(ctx, tx)
	if err != nil {
		_ = tx.Rollback()
		return nil, peer{}, fmt.Errorf("begin: %w", err)
	}
	return tx, who, nil
}

// settle is one round trip: the settings, and which server this is. The snapshot is taken here.
func (p *postgres) settle(ctx context.Context, tx *sqlx.Tx) (who peer, err error) {
	if !p.asked {
		if err := p.ask(ctx, tx); err != nil {
			return who, err
		}
	}
	var settings string
	err = tx.QueryRowxContext(ctx, sqlvalue.PostgresExact+", "+p.identity()).Scan(&settings, &who.life, &who.server)
	return who, err
}

// identity is two columns: the server's life, and who it is.
func (p *postgres) identity() string {
	if p.mayIdentify {
		return life + ", (SELECT system_identifier::text FROM pg_control_system())"
	}
	return life + ", ''"
}

// glance sends the transaction and its only statement in one piece.
func (p *postgres) glance(ctx context.Context, db *sqlx.DB, query string) (who peer, number *int64, ok bool, err error) {
	c, err := db.Connx(ctx)
	if err != nil {
		return who, nil, true, err
	}
	defer c.Close()
	err = c.QueryRowxContext(ctx, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT "+p.identity()+", ("+query+"); COMMIT").Scan(&who.life, &who.server, &number)
	if err != nil {
		_, _ = c.ExecContext(ctx, "ROLLBACK") // a connection that is lost has rolled back
	}
	return who, number, true, err
}

func (p *postgres) ask(ctx context.Context, tx *sqlx.Tx) error {
	const query = `SELECT COALESCE(has_function_privilege(to_regprocedure('pg_control_system()'), 'EXECUTE'), false),
		COALESCE(has_function_privilege(to_regprocedure('pg_control_checkpoint()'), 'EXECUTE'), false)`
	if err := tx.QueryRowxContext(ctx, query).Scan(&p.mayIdentify, &p.mayTimeline); err != nil {
		return err
	}
	p.asked = true
	return nil
}

// each asks a cursor for a few rows at a time: a row that is not wanted any more has not been sent.
// The end of the transaction closes the cursor.
func (p *postgres) each(ctx context.Context, tx *sqlx.Tx, query string, arg any, page *page) error {
	declare := "DECLARE page NO SCROLL CURSOR FOR " + query
	after, simple := arg.(int64)
	if simple = simple && strings.Count(query, after1) == 1; simple { // one round trip for the cursor and its first rows
		declare = strings.Replace(declare, after1, fmt.Sprintf("'%d'::bigint", after), 1) + ";"
	} else if _, err := tx.ExecContext(ctx, declare, arg); err != nil {
		return err
	}
	for step := page.step(0); ; step = page.step(step) {
		fetch := "FETCH " + strconv.Itoa(step) + " FROM page"
		if simple {
			fetch, simple = declare+fetch, false
		}
		rows, err := tx.QueryxContext(ctx, fetch)
		if err != nil {
			return err
		}
		n, more, err := takeAll(rows, page)
		if err != nil || !more || n < step {
			return err
		}
	}
}

// takeAll hands rows to the page until either has enough, and closes them.
func takeAll(rows *sqlx.Rows, page *page) (n int, more bool, err error) {
	defer rows.Close()
	for more = true; more && rows.Next(); n++ {
		if more, err = page.take(rows); err != nil {
			return n, false, err
		}
	}
	return n, more, rows.Err()
}

// after1 stands for the number that a page begins above.
const after1 = "$1::bigint"

func (p *postgres) above(column string) string { return column + " > " + after1 }

func (p *postgres) among(column string) string { return column + " = ANY($1::bigint[])" }

func (p *postgres) numbers(seqs []int64) string { return "{" + join(seqs) + "}" }

func join(seqs []int64) string {
	texts := make([]string, len(seqs))
	for i, n := range seqs {
		texts[i] = strconv.FormatInt(n, 10)
	}
	return strings.Join(texts, ",")
}

func (p *postgres) locate(ctx context.Context, tx *sqlx.Tx) (*relation, error) {
	r := &relation{}
	if err := p.greet(ctx, tx, r); err != nil {
		return nil, err
	}
	if p.o.Table != "" {
		return r, p.locateTable(ctx, tx, r)
	}
	return r, p.locateQuery(ctx, tx, r)
}

// greet learns who answers, as whom we are there, and what cannot be known.
func (p *postgres) greet(ctx context.Context, tx *sqlx.Tx, r *relation) error {
	var version, user string
	var standby bool
	const query = `SELECT current_setting('server_version'), current_user, pg_is_in_recovery()`
	if err := tx.QueryRowxContext(ctx, query).Scan(&version, &user, &standby); err != nil {
		return err
	}
	version, _, _ = strings.Cut(version, " ") // "15.18 (Debian 15.18-0+deb12u1)"
	r.server, r.standby = fmt.Sprintf("PostgreSQL %s as %s", version, user), standby
	if standby {
		r.note("the server is a standby: rows are read as far as it has followed its primary")
	}
	if !p.mayIdentify {
		r.note("pg_control_system() may not be called, so another server under this address would not be noticed: GRANT EXECUTE ON FUNCTION pg_control_system() TO " + database.Quote(user))
	}
	return p.learnTimeline(ctx, tx, r, standby)
}

// learnTimeline: the control file tells of the last checkpoint, which after a promotion is still of the old timeline; a primary's
// write position tells of now.
func (p *postgres) learnTimeline(ctx context.Context, tx *sqlx.Tx, r *relation, standby bool) error {
	query := `SELECT ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int`
	switch {
	case !standby:
	case p.mayTimeline:
		query = "SELECT timeline_id FROM pg_control_checkpoint()"
	default:
		return nil
	}
	return tx.QueryRowxContext(ctx, query).Scan(&r.timeline)
}

// inspect has no say over a query: only its transaction keeps it from writing.
func (p *postgres) inspect(ctx context.Context, tx *sqlx.Tx, r *relation, sequence column) error {
	if p.o.Table == "" {
		r.note("a query is kept from writing by its READ ONLY transaction alone: what the account may do elsewhere is not looked at")
		r.note(`that "` + sequence.Name + `" is unique and has an index cannot be told of a query: numbers that repeat stop the feed`)
		return nil
	}
	if p.o.RequireReadOnly {
		if err := p.refuseWriter(ctx, tx, r); err != nil {
			return err
		}
	}
	return p.inspectSequence(ctx, tx, r, sequence)
}

var _ dialect = (*postgres)(nil)
