package process_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/process"
	"github.com/rowrelay/rowrelay/record"
)

func berlin(l *process.Lookup) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	l.Zone = zone
}

// values are of every kind, at edges.
var values = []string{
	`'-9223372036854775808'::bigint`, `(-7)::smallint`, `4294967295::oid`, `1e20::numeric`, `'0.00'::numeric(12,2)`, `'NaN'::numeric`, `0.1::real`, `5e-324::double precision`,
	`'-Infinity'::double precision`, `true`, `E'it''s "\\ :name $1\n'::text`, `'ab'::char(5)`, `''::varchar(3)`, `'\x00ff10'::bytea`, `'1b4e28ba-2fa1-11d2-883f-0016d3cca427'::uuid`,
	`'{"b": 1.50}'::jsonb`, `'10.0.0.1'::inet`, `'0044-03-15 BC'::date`, `'infinity'::date`, `'2026-09-01 12:03:07.12+02'::timestamptz`, `'0044-03-15 12:00:00+00 BC'::timestamptz`,
	`'-infinity'::timestamptz`, `'2026-07-15 12:00:00.000001'::timestamp`, `'24:00:00'::time`, `'12:00:00+02'::timetz`, `'1 year 2 months 3 days 04:05:06.789'::interval`,
	`ARRAY[1,NULL,3]`, `'{{1,2},{NULL,4}}'::int[]`, `ARRAY['', 'NULL', NULL, 'a"b\c', '{x,y}', ' s ', 'it''s']`, `ARRAY['\x00ff'::bytea,'\x']`, `ARRAY[0.1,'NaN','-Infinity']::real[]`,
	`ARRAY['0001-12-31 BC',NULL]::date[]`, `ARRAY[1.50,2.250]::numeric[]`, `'{}'::text[]`, `ARRAY['1 day']::interval[]`,
	`'sad'::mood`, `9.50::price`, `NULL::text`, `NULL::timestamp`, `NULL::int[]`,
}

// TestAnyValueIsFoundByItself: a value that was read is bound, and the database has it equal to the one it came from.
func TestAnyValueIsFoundByItself(t *testing.T) {
	e := newPostgres(t, func(*database.Options) {})
	e.exec(`CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE DOMAIN price AS numeric(8,2)`)
	for _, v := range values {
		t.Run(v, func(t *testing.T) {
			s := order("A-1", "C7", "1")
			p := prepare(t, e.lookup("a", process.One, "SELECT "+v+" AS v", berlin),
				e.lookup("b", process.One, fmt.Sprintf("SELECT %[1]s AS v, %[1]s IS NOT DISTINCT FROM :a.v AS same", v), berlin))
			run(t, p, s)
			require.Equal(t, s.Into[0].Row.Values[0], s.Into[1].Row.Values[0])
			require.Equal(t, "true", s.Into[1].Row.Values[1].Text)
		})
	}
}

func TestTypesAreReadExactly(t *testing.T) {
	e := newPostgres(t, func(*database.Options) {})
	require.Equal(t, record.Value{Kind: record.Decimal, Text: "0.00"}, e.value("SELECT 0::numeric(12,2) AS v"))
	require.Equal(t, record.Value{Kind: record.DateTime, Text: "2026-09-01T10:03:07.12Z"}, e.value("SELECT '2026-09-01 12:03:07.12+02'::timestamptz AS v"))
	require.Equal(t, record.Value{Kind: record.DateTime, Text: "2026-07-15T10:00:00Z"}, e.value("SELECT '2026-07-15 12:00:00'::timestamp AS v", berlin))
	require.Equal(t, record.Value{Kind: record.Bytes, Text: "\x00\xff"}, e.value(`SELECT '\x00ff'::bytea AS v`))
	require.Equal(t, record.Value{Kind: record.List, Items: []record.Value{{Kind: record.Integer, Text: "1"}, {Kind: record.Integer, Null: true}}}, e.value("SELECT ARRAY[1,NULL] AS v"))
	require.Equal(t, record.Value{Kind: record.Decimal, Null: true}, e.value("SELECT NULL::numeric AS v"))
	require.Equal(t, record.Value{Kind: record.Float, Text: "1E300"}, e.value("SELECT 1e300::double precision AS v"))
}

func TestParametersAreBoundAndNeverPasted(t *testing.T) {
	each(t, func(t *testing.T, e *erp) {
		for _, evil := range []string{"it's", `'; DROP TABLE customers; --`, `\`, "$1 :name ?", "ä€", "a\nb"} {
			s := order("A-1", evil, "1")
			run(t, prepare(t, e.lookup("found", process.One, "SELECT CAST(:customer_id AS text) AS v, ':customer_id' AS w, :customer_id || '' AS x /* :y */")), s)
			require.Equal(t, []record.Value{{Text: evil}, {Text: ":customer_id"}, {Text: evil}}, s.Into[0].Row.Values)
		}
		require.Equal(t, "4711", e.value("SELECT :seq AS v").Text)
		require.Equal(t, "orders", e.value("SELECT :feed AS v").Text)
		require.Equal(t, "10.50", e.value("SELECT :amount AS v").Text)
	})
}

func TestParameterHasTheTypeOfItsColumn(t *testing.T) {
	e := newPostgres(t, func(*database.Options) {})
	require.Equal(t, "4711", e.value("SELECT 4711 AS v WHERE '4711' = :order_seq::text").Text)
	_, err := process.New("orders", []process.Item{e.lookup("found", process.One, "SELECT 1 AS n WHERE 1 = :customer_id")}).Prepare(deadline(t), columns)
	require.Contains(t, stopped(t, err).Text, "operator does not exist: integer = text")
}

func TestFileReadsWhatIsStored(t *testing.T) {
	e := newSQLite(t)
	require.Equal(t, record.Value{Kind: record.Integer, Text: "9223372036854775807"}, e.value("SELECT 9223372036854775807 AS v"))
	require.Equal(t, record.Value{Kind: record.Float, Text: "0.1"}, e.value("SELECT 0.1 AS v"))
	require.Equal(t, record.Value{Kind: record.Bytes, Text: "\x00\xff"}, e.value("SELECT x'00ff' AS v"))
	require.Equal(t, record.Value{Text: "2026-09-01 12:00:00"}, e.value("SELECT '2026-09-01 12:00:00' AS v"))
	require.True(t, e.value("SELECT NULL AS v").Null)
}

// TestValuesFindTheirRowsInAFile: a column's affinity makes them equal.
func TestValuesFindTheirRowsInAFile(t *testing.T) {
	e := newSQLite(t)
	e.exec("CREATE TABLE things (i integer, r real, t text, n numeric); INSERT INTO things VALUES (4711, 10.5, '10.50', 10.5)")
	for _, condition := range []string{"i = :order_seq", "i = :seq", "r = :amount", "t = :amount", "n = :amount", "t = '10.50' AND :order_no = 'A-1'", "n IN (SELECT 10.5) AND [:x] IS NULL"} {
		require.Equal(t, "10.50", e.value("SELECT t FROM (SELECT *, NULL AS \":x\" FROM things) WHERE "+condition).Text, condition)
	}
}

func TestColumnsHaveTheTypesThatTheFileSays(t *testing.T) {
	each(t, func(t *testing.T, e *erp) {
		as := func(kind, sql string) record.Value {
			return e.value("SELECT "+sql+" AS V", berlin, func(l *process.Lookup) { l.Columns = map[string]string{"v": kind} })
		}
		require.Equal(t, record.Value{Kind: record.Boolean, Text: "true"}, as("bool", "1"))
		require.Equal(t, record.Value{Kind: record.Boolean, Text: "false"}, as("bool", "'f'"))
		require.Equal(t, record.Value{Kind: record.Integer, Text: "-17"}, as("int", "'-17.00'"))
		require.Equal(t, record.Value{Kind: record.Decimal, Text: "10.50"}, as("decimal", "'10.50'"))
		require.Equal(t, record.Value{Kind: record.Decimal, Text: "0.00015"}, as("decimal", "'1.5e-4'"))
		require.Equal(t, record.Value{Kind: record.Float, Text: "1E300"}, as("float", "'1e300'"))
		require.Equal(t, record.Value{Kind: record.Text, Text: "1"}, as("text", "1"))
		require.Equal(t, record.Value{Kind: record.Date, Text: "2026-09-01"}, as("date", "'2026-09-01'"))
		require.Equal(t, record.Value{Kind: record.DateTime, Text: "2026-07-15T10:00:00.5Z"}, as("datetime", "'2026-07-15 12:00:00.5'"))
		require.Equal(t, record.Value{Kind: record.DateTime, Text: "2026-07-15T10:00:00Z"}, as("datetime", "'2026-07-15T12:00'"))
		require.Equal(t, record.Value{Kind: record.DateTime, Text: "2026-07-15T12:00:00Z"}, as("datetime", "'2026-07-15T12:00:00Z'"))
		require.Equal(t, record.Value{Kind: record.Time, Text: "12:00:00"}, as("time", "'12:00:00'"))
		require.Equal(t, record.Value{Kind: record.Duration, Text: "P1DT2H"}, as("duration", "'P1DT2H'"))
		for kind, sql := range map[string]string{"bool": "'maybe'", "int": "'1.5'", "decimal": "'x'", "float": "'x'", "date": "'2026-02-30'", "datetime": "'12:00'", "time": "'25:00:00'", "duration": "'P'"} {
			p := prepare(t, e.lookup("found", process.One, "SELECT "+sql+" AS v", func(l *process.Lookup) { l.Columns = map[string]string{"V": kind} }))
			_, err := p.Run(deadline(t), order("A-1", "C7", "1"))
			f := failure(t, record.LookupNotFound, err)
			require.Contains(t, f.Text, `fails on this row: a value of column "v" is no `, kind)
		}
	})
}
