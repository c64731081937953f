package source

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
)

// refuseWriter stops for an account that may write to the table: by privileges on it or its columns,
// by owning it or its schema, as a superuser; also through PUBLIC and through every role that it may
// take with SET ROLE.
func (p *postgres) refuseWriter(ctx context.Context, tx *sqlx.Tx, r *relation) error {
	const query = `SELECT r.rolname, current_user, current_database(), concat_ws(', ',
			CASE WHEN r.rolsuper THEN 'is a superuser' END,
			CASE WHEN r.oid = c.relowner THEN 'owns the table' END,
			CASE WHEN r.oid = n.nspowner THEN 'owns its schema' END,
			CASE WHEN has_table_privilege(r.oid, c.oid, 'INSERT') OR has_any_column_privilege(r.oid, c.oid, 'INSERT') THEN 'may INSERT' END,
			CASE WHEN has_table_privilege(r.oid, c.oid, 'UPDATE') OR has_any_column_privilege(r.oid, c.oid, 'UPDATE') THEN 'may UPDATE' END,
			CASE WHEN has_table_privilege(r.oid, c.oid, 'DELETE') THEN 'may DELETE' END,
			CASE WHEN has_table_privilege(r.oid, c.oid, 'TRUNCATE') THEN 'may TRUNCATE' END) AS why
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		JOIN pg_roles r ON r.rolname = current_user OR pg_has_role(current_user, r.oid, 'MEMBER')
		WHERE c.oid = $1 AND (r.rolsuper OR r.oid IN (c.relowner, n.nspowner)
			OR has_table_privilege(r.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') OR has_any_column_privilege(r.oid, c.oid, 'INSERT, UPDATE'))
		ORDER BY r.rolname <> current_user, r.rolname LIMIT 1`
	var role, user, dbname, why string
	err := tx.QueryRowxContext(ctx, query, r.oid).Scan(&role, &user, &dbname, &why)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	who := database.Quote(user)
	if role != user {
		who = fmt.Sprintf("%s belongs to %s, which", database.Quote(user), database.Quote(role))
	}
	return p.mayWrite(who+" "+why, dbname)
}

func (p *postgres) mayWrite(text, dbname string) *record.Stop {
	return &record.Stop{
		Code: record.MayWrite,
		Text: fmt.Sprintf("connections.%s may write to %s: %s", p.o.Connection, p.o.Table, text),
		Remedy: fmt.Sprintf("use an account that may only read; as the owner or a superuser:\n"+
			"CREATE ROLE rowrelay_ro LOGIN PASSWORD '...';\nGRANT CONNECT ON DATABASE %s TO rowrelay_ro;\n%s"+
			"or allow this one: connections.%s.require_read_only: false", database.Quote(dbname), p.o.grants(), p.o.Connection),
	}
}

// grants lets rowrelay_ro read the table and nothing else.
func (o Options) grants() string {
	parts, err := splitName(o.Table)
	if err != nil {
		return "GRANT USAGE ON SCHEMA ... TO rowrelay_ro; GRANT SELECT ON ... TO rowrelay_ro; for every table of the query\n"
	}
	schema := "public"
	if len(parts) == 2 {
		schema = parts[0]
	}
	return fmt.Sprintf("GRANT USAGE ON SCHEMA %s TO rowrelay_ro;\nGRANT SELECT ON %s TO rowrelay_ro;\n", database.Quote(schema), quoteAll(parts))
}
