package source

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
)

// plan is what Open has settled: what is selected, and how it becomes records.
type plan struct {
	dialect  dialect
	relation string // as Identity keeps it
	from     string
	where    string // with its AND, or ""
	sequence string // qualified: ORDER BY "x" alone would mean an output column of that name
	list     string
	fields   []column        // selected: the message's columns, then those that it does not list
	columns  []record.Column // the message's
	seq      int             // index of a field; so are key and created, -1 is none
	key      int
	created  int
	metadata string // JSON that lacks its end
	unique   bool
}

func newPlan(o Options, d dialect, r *relation) (*plan, error) {
	p := &plan{dialect: d, relation: o.relation(), from: r.from, metadata: o.metadata()}
	if err := p.choose(o, r); err != nil {
		return nil, err
	}
	p.sequence = r.alias + "." + database.Quote(p.fields[p.seq].Name)
	selected := make([]string, len(p.fields))
	for i, f := range p.fields {
		selected[i] = f.Select(r.alias + "." + database.Quote(f.Name))
	}
	p.list = strings.Join(selected, ", ")
	if o.Where != "" { // lines of its own, so that a comment at its end stays harmless
		p.where = " AND (\n" + o.Where + "\n)"
	}
	return p, nil
}

// choose picks the columns of the message and the three that rowrelay itself needs.
func (p *plan) choose(o Options, r *relation) error {
	p.fields = r.columns
	if len(o.Columns) > 0 {
		p.fields = nil
		for i, name := range o.Columns {
			c, err := o.find(r, fmt.Sprintf("columns[%d]", i), name)
			if err != nil {
				return err
			}
			p.fields = append(p.fields, c)
		}
	}
	for _, f := range p.fields {
		p.columns = append(p.columns, f.Column.Column)
	}
	p.fields = p.fields[:len(p.fields):len(p.fields)]
	var err error
	if p.seq, err = p.need(o, r, "sequence", o.Sequence); err != nil {
		return err
	}
	if p.key, err = p.need(o, r, "business_key", o.BusinessKey); err != nil {
		return err
	}
	if p.created, err = p.need(o, r, "created", o.Created); err != nil {
		return err
	}
	return p.fits(o)
}

// need returns the field's index, and selects the column where the message does not.
func (p *plan) need(o Options, r *relation, key, name string) (int, error) {
	if name == "" {
		return -1, nil
	}
	c, err := o.find(r, key, name)
	if err != nil {
		return 0, err
	}
	for i, f := range p.fields {
		if f.Name == c.Name {
			return i, nil
		}
	}
	p.fields = append(p.fields, c)
	return len(p.fields) - 1, nil
}

func (p *plan) fits(o Options) error {
	if f := p.fields[p.seq]; !f.Integer {
		return o.misfit("sequence", fmt.Sprintf("%q is of type %s, and the sequence must be an integer column", f.Name, f.Type),
			"name a smallint, integer or bigint column that grows with every row")
	}
	if p.created < 0 {
		return nil
	}
	switch f := p.fields[p.created]; f.Kind {
	case record.Date, record.DateTime, record.Text:
		return nil
	default:
		return o.misfit("created", fmt.Sprintf("%q is of type %s, not a time", f.Name, f.Type), "name a timestamp or date column, or leave the key out")
	}
}

// page selects at most n rows above a number, and none above end. LIMIT lets the planner take the index.
func (p *plan) page(n int, end int64) string {
	where := p.where
	if end < math.MaxInt64 {
		where += fmt.Sprintf(" AND %s <= %d", p.sequence, end)
	}
	return fmt.Sprintf("SELECT %s FROM %s WHERE %s%s ORDER BY %s LIMIT %d",
		p.list, p.from, p.dialect.above(p.sequence), where, p.sequence, n)
}

// numbers selects the numbers of at most n rows above one, whatever `where` says.
func (p *plan) numbers(n int) string {
	return fmt.Sprintf("SELECT %[1]s FROM %[2]s WHERE %[3]s ORDER BY %[1]s LIMIT %[4]d", p.sequence, p.from, p.dialect.above(p.sequence), n)
}

// highest selects the highest number; max() would read all of a query.
func (p *plan) highest() string {
	return fmt.Sprintf("SELECT %[1]s FROM %[2]s WHERE %[1]s IS NOT NULL ORDER BY %[1]s DESC LIMIT 1", p.sequence, p.from)
}

// probe selects the numbers in ranges, with the range's index and whether `where` takes the row.
func (p *plan) probe(limit int) string {
	wanted := "true"
	if p.where != "" {
		wanted = "(" + strings.TrimPrefix(p.where, " AND ") + ") IS TRUE"
	}
	return p.dialect.probe(p.sequence+" AS seq, "+wanted+" AS wanted", p.from, p.sequence, limit)
}

// late selects rows by their numbers, those that `where` takes.
func (p *plan) late() string {
	return fmt.Sprintf("SELECT %s FROM %s WHERE %s%s ORDER BY %s", p.list, p.from, p.dialect.among(p.sequence), p.where, p.sequence)
}

// again selects rows by their numbers, whatever `where` says now.
func (p *plan) again() string {
	return fmt.Sprintf("SELECT %s FROM %s WHERE %s ORDER BY %s", p.list, p.from, p.dialect.among(p.sequence), p.sequence)
}

// twins counts the rows with one number, as far as two.
func (p *plan) twins() string {
	return fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s WHERE %s%s LIMIT 2) AS twins", p.from, p.dialect.among(p.sequence), p.where)
}

func (p *plan) bounds() string {
	return fmt.Sprintf("SELECT min(%[1]s), max(%[1]s) FROM %[2]s", p.sequence, p.from)
}

// try runs both statements without rows: grants and types are checked now, not at the first row.
func (p *plan) try(ctx context.Context, tx *sqlx.Tx, o Options) error {
	if err := run(ctx, tx, p.again(), p.dialect.numbers(nil)); err != nil {
		return err
	}
	if o.Where == "" {
		return p.tryPage(ctx, tx)
	}
	err := p.dialect.compile(ctx, tx, "SELECT 1 FROM "+p.from+" WHERE\n"+o.Where) // alone, as the query was
	if err == nil {
		err = p.tryPage(ctx, tx)
	}
	if isRefused(err) {
		return o.refusedFor("where", err)
	}
	return err
}

func (p *plan) tryPage(ctx context.Context, tx *sqlx.Tx) error {
	if err := run(ctx, tx, p.page(0, math.MaxInt64), 0); err != nil {
		return err
	}
	return run(ctx, tx, p.probe(1), p.dialect.numbers(nil), p.dialect.numbers(nil))
}

func run(ctx context.Context, tx *sqlx.Tx, query string, args ...any) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	rows.Next()
	return rows.Err()
}

// relation is the table as written, or a hash of the query: the identity of what is read.
func (o Options) relation() string {
	if o.Table != "" {
		return o.Table
	}
	sum := sha256.Sum256([]byte(o.Query))
	return "query:" + hex.EncodeToString(sum[:8])
}

// metadata finds a row again: DUMPED_DATA.METADATA holds no row content but its number and age.
func (o Options) metadata() string {
	of := struct {
		Table    string `json:"table,omitempty"`
		Query    string `json:"query,omitempty"`
		Sequence string `json:"sequence"`
	}{Table: o.Table, Sequence: o.Sequence}
	if o.Table == "" {
		of.Query = strings.TrimPrefix(o.relation(), "query:")
	}
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false) // people read it: a table may be called r&d
	_ = e.Encode(of)       // three strings
	return strings.TrimSuffix(text.String(), "}\n")
}
