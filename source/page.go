package source

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sqlvalue"
)

// page collects records until a bound is reached.
type page struct {
	o       *Options
	plan    *plan
	limit   Limit
	guess   int // bytes of a row, from an earlier page; 0 is unknown
	records []*record.Record
	bytes   int
	full    bool // the byte bound ended it
	last    int64
	rising  bool // last is a number
	cells   []sqlvalue.Cell
	dest    []any
}

// take adds the present row and reports whether the page wants more.
func (p *page) take(rows *sqlx.Rows) (bool, error) {
	r, err := p.scan(rows)
	if err != nil {
		return false, err
	}
	if p.rising && r.Seq <= p.last {
		return false, p.o.notRising(p.last, r.Seq)
	}
	if r.Bytes > p.limit.Bytes && len(p.records) > 0 { // a bigger row travels alone
		p.full = true
		return false, nil
	}
	p.records = append(p.records, r)
	p.bytes += r.Bytes
	p.last, p.rising = r.Seq, true
	p.full = p.bytes > p.limit.Bytes
	return !p.full, nil
}

func (p *page) scan(rows *sqlx.Rows) (*record.Record, error) {
	if p.cells == nil {
		p.prepare()
	}
	if err := rows.Scan(p.dest...); err != nil {
		return nil, err
	}
	shown := len(p.plan.columns)
	r := &record.Record{Feed: p.o.Feed, Row: record.Row{Columns: p.plan.columns, Values: make([]record.Value, shown)}}
	for i := range shown {
		r.Row.Values[i] = p.cells[i].Value
		r.Bytes += sqlvalue.Weigh(p.cells[i].Value)
	}
	return r, p.label(r)
}

func (p *page) prepare() {
	p.cells = make([]sqlvalue.Cell, len(p.plan.fields))
	p.dest = make([]any, len(p.plan.fields))
	for i, f := range p.plan.fields {
		p.cells[i].Read = f.Read
		p.dest[i] = &p.cells[i]
	}
}

// label fills in what rowrelay itself needs of the row.
func (p *page) label(r *record.Record) error {
	v := p.cells[p.plan.seq].Value
	var err error
	if r.Seq, err = strconv.ParseInt(v.Text, 10, 64); err != nil || v.Kind != record.Integer {
		return p.o.misfit("sequence", "a row holds no integer there", "correct the row, or name another column")
	}
	if p.plan.key >= 0 {
		r.Key = businessKey(p.cells[p.plan.key].Value)
	}
	if p.plan.created >= 0 {
		r.Created = instant(p.cells[p.plan.created].Value, p.o.Zone)
	}
	r.Metadata = p.plan.metadata + "}"
	if r.Created != nil {
		r.Metadata = p.plan.metadata + `,"created":"` + r.Created.Format(time.RFC3339Nano) + `"}`
	}
	return nil
}

// instant is the moment that a value names, or nil where it names none within the years 1 to 9999.
func instant(v record.Value, zone *time.Location) *time.Time {
	if v.Null {
		return nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, v.Text, zone); err == nil && t.Year() >= 1 {
			t = t.UTC()
			return &t
		}
	}
	return nil
}

// step is how many rows to ask for next: what still fits at the mean size, at first few, and never
// many times more than what has been seen, because what is asked for and not used was sent for nothing.
func (p *page) step(last int) int {
	const first, growth = 16, 8
	mean, most := p.guess, first
	if last > 0 {
		mean, most = p.mean(), last*growth
	}
	if mean == 0 {
		return most
	}
	return max(1, min(most, (p.limit.Bytes-p.bytes)/mean+1))
}

func (p *page) mean() int {
	if len(p.records) == 0 {
		return 0
	}
	return p.bytes / len(p.records)
}

// maxKey bounds BUSINESS_KEY in bytes, so that every store can index it.
const maxKey = 500

// businessKey is the value as text that every store takes: valid UTF-8, without NUL.
func businessKey(v record.Value) *string {
	if v.Null {
		return nil
	}
	s := flatten(v)
	for len(s) > maxKey {
		_, size := utf8.DecodeLastRuneInString(s[:maxKey+1])
		s = s[:maxKey+1-size]
	}
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
	return &s
}

func flatten(v record.Value) string {
	if v.Kind != record.List {
		return v.Text
	}
	parts := make([]string, len(v.Items))
	for i, item := range v.Items {
		parts[i] = flatten(item)
	}
	return strings.Join(parts, ",")
}
