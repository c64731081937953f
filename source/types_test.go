package source_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/message"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/source"
	"github.com/rowrelay/rowrelay/testbed"
)

var update = flag.Bool("update", false, "write the golden files anew")

// expressions are values of every type of PostgreSQL, at the edges of what the type holds. `m`, `tree`,
// `price`, `born`, `mood[]` and `pair` are types of the test's own.
var expressions = []string{
	`(-32768)::smallint`, `32767::smallint`, `(-2147483648)::integer`, `2147483647::integer`,
	`'-9223372036854775808'::bigint`, `9223372036854775807::bigint`, `4294967295::oid`,
	`0::numeric`, `'-0.00'::numeric(12,2)`, `0.0000001::numeric`, `1e20::numeric`, `1e-20::numeric(40,30)`,
	`(repeat('9', 1000))::numeric`, `('0.' || repeat('123456789', 100))::numeric`,
	`'NaN'::numeric`, `'Infinity'::numeric`, `'-Infinity'::numeric`,
	`0.1::real`, `16777217::real`, `3.4028235e38::real`, `1e-45::real`, `0.1::double precision`, `1e300::double precision`, `1e-7::double precision`,
	`123456789012345680::double precision`, `5e-324::double precision`, `'-0'::double precision`, `'NaN'::real`, `'Infinity'::double precision`, `'-Infinity'::real`,
	`true`, `false`, `'$1,234.56'::money`,
	`''::text`, `E'a\tb\nc\r\nd'::text`, `'<b attr="1">&amp;</b> ]]>'::text`, `U&'\00E4 \4E2D \+01F600 \FFFD \2028'::text`, `U&'\+01F1E9e\0301'::varchar(10)`,
	`'ab'::char(5)`, `'x'::"char"`, `'name'::name`, `'NULL'::text`, `E'\x01'::text`, `U&'a\FFFE'::text`,
	`'\x'::bytea`, `'\x00ff10'::bytea`, `'1b4e28ba-2fa1-11d2-883f-0016d3cca427'::uuid`,
	`'{"b": 1.50,  "a": "\u00e4<"}'::json`, `'{"b": 1.50,  "a": "ä<"}'::jsonb`, `'null'::jsonb`, `'<a>1</a>'::xml`, `'$.a[*]'::jsonpath`,
	`'2026-09-01'::date`, `'0001-01-01'::date`, `'0001-12-31 BC'::date`, `'4713-01-01 BC'::date`, `'5874897-12-31'::date`, `'infinity'::date`,
	`'2026-09-01 12:03:07.12+02'::timestamptz`, `'294276-12-31 23:59:59.999999+00'::timestamptz`, `'0044-03-15 12:00:00+00 BC'::timestamptz`,
	`'-infinity'::timestamptz`, `'2026-09-01 12:03:07'::timestamptz(0)`,
	`'2026-01-15 12:00:00'::timestamp`, `'2026-07-15 12:00:00.000001'::timestamp`, `'2026-03-29 02:30:00'::timestamp`, `'2026-10-25 02:30:00'::timestamp`,
	`'2026-10-25 01:59:59.999'::timestamp`, `'2026-10-25 03:00:00'::timestamp`, `'0001-01-01 00:30:00'::timestamp`, `'0044-03-15 12:00:00 BC'::timestamp`, `'infinity'::timestamp`,
	`'12:03:07.12'::time`, `'24:00:00'::time`, `'12:00:00+02'::timetz`, `'24:00:00-05:30'::timetz`, `'12:00:00+00'::timetz`, `'12:00:00+01:02:03'::timetz`,
	`'1 year 2 months 3 days 04:05:06.789'::interval`, `'-1 year +2 days -03:00'::interval`, `'0'::interval`,
	`B'10101'::bit(5)`, `B'101'::varbit`, `'10.0.0.1'::inet`, `'10.0.0.0/8'::cidr`, `'08:00:2b:01:02:03'::macaddr`,
	`'(1,2)'::point`, `'((0,0),(1,1))'::box`, `'a fat cat'::tsvector`, `'fat & cat'::tsquery`, `'0/16B3748'::pg_lsn`, `'1 2 3'::int2vector`,
	`'[1,5)'::int4range`, `'{[1,3),[5,7)}'::int4multirange`, `'["2026-09-01 00:00:00+02",)'::tstzrange`, `'pg_class'::regclass`, `'10:20:'::pg_snapshot`,
	`'sad'::mood`, `9.50::price`, `'2026-07-15 12:00:00'::born`, `ROW(1, 'a "b"', NULL)::pair`, `ARRAY[1,2]::pricelist`, `'\xff'::raw`,
	`'{}'::int[]`, `ARRAY[1,NULL,3]`, `'[2:3]={7,8}'::bigint[]`, `'{{1,2},{NULL,4}}'::int[]`, `'[0:0][5:6]={{a,b}}'::text[]`, `ARRAY['', 'NULL', NULL, 'a"b\c', '{x,y}', ' s ', E'\r\n', '<&>']`,
	`ARRAY[true,false,NULL]`, `ARRAY[1.50,2.250]::numeric[]`, `ARRAY['NaN'::numeric]`, `ARRAY[0.1,'NaN','-Infinity',1e30]::real[]`, `ARRAY['\x00ff'::bytea,'\x']`,
	`ARRAY['2026-07-15 12:00:00','2026-10-25 02:30:00']::timestamp[]`, `ARRAY['2026-07-15 12:00:00+02']::timestamptz[]`, `ARRAY['0001-12-31 BC',NULL]::date[]`, `ARRAY['12:00+02']::timetz[]`,
	`ARRAY['1 day']::interval[]`, `ARRAY['{"a": [1,2]}']::json[]`, `ARRAY['sad','ok']::mood[]`, `ARRAY[9.50]::price[]`, `ARRAY['((0,0),(1,1))','((2,2),(3,3))']::box[]`, `ARRAY['ab']::char(4)[]`, `ARRAY[ROW(1,'x',NULL)]::pair[]`,
	`ARRAY['1b4e28ba-2fa1-11d2-883f-0016d3cca427']::uuid[]`, `ARRAY['a',E'\x02']`, `NULL::text`, `NULL::int[]`, `NULL::timestamp`,
}

const ownTypes = `CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE DOMAIN price AS numeric(8,2) CHECK (VALUE > 0); CREATE DOMAIN born AS timestamp;
	CREATE TYPE pair AS (n int, t text, o text); CREATE DOMAIN pricelist AS numeric(8,2)[]; CREATE DOMAIN raw AS bytea`

// TestEveryTypeGoesToXMLExactly keeps testdata/types.golden, which docs/types.md sums up. The server,
// the database and the account all have settings that would change what values look like.
func TestEveryTypeGoesToXMLExactly(t *testing.T) {
	w := newWorld(t)
	w.Exec(t, ownTypes)
	w.Exec(t, fmt.Sprintf(`ALTER DATABASE %q SET DateStyle = 'German'; ALTER DATABASE %[1]q SET bytea_output = 'escape'`, w.Name))
	w.ExecSuper(t, fmt.Sprintf(`ALTER ROLE %q SET extra_float_digits = -10; ALTER ROLE %[1]q SET IntervalStyle = 'sql_standard';
		ALTER ROLE %[1]q SET TimeZone = 'America/New_York'`, w.reader.Name))
	m, err := message.Compile(message.Options{Root: "Type", Declaration: true, MaxSize: 1 << 20}, expression.Names{Open: true})
	require.NoError(t, err)
	var golden bytes.Buffer
	golden.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Types>\n")
	for _, sql := range expressions {
		golden.Write(document(t, m, sql, w.value(sql)))
		golden.WriteString("\n")
	}
	golden.WriteString("</Types>\n")
	const file = "testdata/types.golden"
	if *update {
		require.NoError(t, os.WriteFile(file, golden.Bytes(), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), golden.String())
	lint(t, file)
	t.Logf("%d values of every type are as source/%s has them, and xmllint finds it well-formed", len(expressions), file)
}

// value reads one expression as a source would.
func (w *world) value(sql string) record.Row {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(w.t, err)
	s := w.source(func(o *source.Options) {
		o.Table, o.Query, o.Sequence = "", "SELECT 1::bigint AS n, "+sql+" AS v", "n"
		o.Columns, o.Zone = []string{"v"}, berlin
	})
	open(w.t, s)
	return read(w.t, s, 0, page).Records[0].Row
}

// document is the message of a row, or why there is none, with the expression before it.
func document(t *testing.T, m *message.Plan, sql string, row record.Row) []byte {
	columns := append([]record.Column{{Name: "sql"}, {Name: "type"}}, row.Columns...)
	label := []record.Value{{Text: sql}, {Text: row.Columns[0].Type}}
	made, err := m.Render(&expression.Scope{Row: record.Row{Columns: columns, Values: append(label, row.Values...)}})
	if err != nil {
		columns[2].Name = "error"
		made, err = m.Render(&expression.Scope{Row: record.Row{Columns: columns, Values: append(label, record.Value{Text: err.Error()})}})
		require.NoError(t, err)
	}
	_, doc, _ := bytes.Cut(made.Body, []byte("?>"))
	return doc
}

func lint(t *testing.T, file string) {
	testbed.Require(t, testbed.XMLLint)
	out, err := exec.Command("xmllint", "--noout", file).CombinedOutput()
	require.NoError(t, err, string(out))
}

func TestTenMegabytesOfTextArrive(t *testing.T) {
	w := newWorld(t)
	w.Exec(t, `INSERT INTO orders VALUES (1, repeat('ä<€', 2000000)), (2, 'small')`)
	s := w.source()
	open(t, s)
	p := read(t, s, 0, page)
	require.Equal(t, []int64{1}, numbers(p.Records))
	require.Equal(t, strings.Repeat("ä<€", 2_000_000), p.Records[0].Row.Values[1].Text)
	m, err := message.Compile(message.Options{Root: "Order", MaxSize: 20 << 20}, expression.Names{Open: true})
	require.NoError(t, err)
	doc, err := m.Render(&expression.Scope{Row: p.Records[0].Row})
	require.NoError(t, err)
	require.Contains(t, string(doc.Body), strings.Repeat("ä&lt;€", 2_000_000))
}

func TestTableHasTheTypesOfItsColumns(t *testing.T) {
	w := newWorld(t)
	w.Exec(t, ownTypes+`; CREATE TABLE sorts (n int PRIMARY KEY, i smallint, d price, b raw, f real, t timestamp, z timetz, l born[], m mood, c char(3), gone int);
		ALTER TABLE sorts DROP COLUMN gone; INSERT INTO sorts VALUES (1, 2, 3.5, '\x00', 0.1, '2026-07-15 12:00', '12:00+02', '{2026-07-15 12:00}', 'ok', 'a')`)
	w.grant("sorts")
	s := w.source(func(o *source.Options) { o.Table, o.Sequence = "sorts", "n" })
	d := open(t, s)
	var types []string
	for _, c := range d.Columns {
		types = append(types, fmt.Sprintf("%s %s %d", c.Name, c.Type, c.Kind))
	}
	require.Equal(t, []string{
		"n integer 2", "i smallint 2", "d price 3", "b raw 5", "f real 4", "t timestamp without time zone 7", "z time with time zone 8",
		"l born[] 10", "m mood 0", "c character 0",
	}, types)
	values := read(t, s, 0, page).Records[0].Row.Values
	require.Equal(t, "3.50", values[2].Text)
	require.Equal(t, "\x00", values[3].Text)
	require.Equal(t, "2026-07-15T12:00:00Z", values[7].Items[0].Text)
	require.Equal(t, "a  ", values[9].Text)
}
