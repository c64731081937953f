package main

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/database"
)

// sqliteCatalogue: the INTEGER PRIMARY KEY is the rowid, which grows; any other unique column is known by its index. A column of
// INTEGER affinity has INT in its declared type.
const sqliteCatalogue = `WITH tab AS (SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND type IN ('table', 'view', 'virtual')),
		keys AS (SELECT t.name AS tab, i.name AS idx, i."unique" AS uniq,
				(SELECT count(*) FROM pragma_index_info(i.name)) AS width, (SELECT name FROM pragma_index_info(i.name) WHERE seqno = 0) AS col
			FROM tab t JOIN pragma_index_list(t.name) i WHERE NOT i.partial),
		cols AS (SELECT t.name AS tab, c.name, c.type, c.cid, c."notnull" OR c.pk > 0 AND t.wr AS filled,
				c.pk = 1 AND upper(c.type) = 'INTEGER' AND NOT t.wr AND (SELECT count(*) FROM pragma_table_info(t.name) p WHERE p.pk > 0) = 1
				AND NOT EXISTS (SELECT 1 FROM pragma_index_list(t.name) p WHERE p.origin = 'pk') AS rowid
			FROM tab t JOIN pragma_table_xinfo(t.name) c WHERE c.hidden <> 1 AND upper(c.type) LIKE '%INT%')
	SELECT '' AS schema, t.name AS relation, t.type = 'table' AS listed, true AS visible, true AS readable,
		COALESCE(c.name, '') AS col, COALESCE(c.type, '') AS type, COALESCE(c.filled OR c.rowid, false) AS "notnull",
		CASE WHEN c.rowid THEN 'PRIMARY KEY' ELSE '' END AS origin,
		COALESCE(c.rowid, false) OR EXISTS (SELECT 1 FROM keys k WHERE k.tab = t.name AND k.col = c.name AND k.width = 1 AND k.uniq) AS uniq,
		COALESCE(c.rowid, false) OR EXISTS (SELECT 1 FROM keys k WHERE k.tab = t.name AND k.col = c.name) AS indexed
	FROM tab t LEFT JOIN cols c ON c.tab = t.name ORDER BY t.name, c.cid`

// countSQLite counts as far as that is quick; beyond, the numbers themselves tell about how many there are.
func (c catalogued) countSQLite(ctx context.Context, db *sqlx.DB) (rowCount, error) {
	const quick = 1_000_000
	r := rowCount{n: -1}
	if err := db.GetContext(ctx, &r.n, fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s LIMIT %d)", c.from(), quick+1)); err != nil {
		return rowCount{n: -1}, err
	}
	if r.n <= quick {
		return r, nil
	}
	r.about = true
	err := db.GetContext(ctx, &r.n, fmt.Sprintf("SELECT max(%[1]s) - min(%[1]s) + 1 FROM %[2]s", database.Quote(c.Column), c.from()))
	return r, err
}
