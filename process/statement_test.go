package process

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rowrelay/rowrelay/database"
)

func TestParametersAreFoundOutsideOfWhatIsQuoted(t *testing.T) {
	for _, c := range []struct {
		dialect, sql string
		want         []string
	}{
		{"", "a = :a AND b=:B_1,:customer.id", []string{"a", "b_1", "customer.id"}},
		{"", "':a' \":b\" '' ':c''' :d", []string{"d"}},
		{"", "-- :a\n:b /* :c */ :d --:e", []string{"b", "d"}},
		{"", ":a::text :: date x:=:b", []string{"a", "b"}},
		{"", ":a.*", []string{"a"}},
		{"", ":ä :_x", []string{"ä", "_x"}},
		{"", `:"Artikel-Nr" = :a::"type" ::"Odd" ':"b"' ":"  x : "c"`, []string{`"Artikel-Nr"`, "a"}},
		{"", `:"a ""b"" :c" -- :"d"`, []string{`"a ""b"" :c"`}},
		{"", `:"a".b :A."B-c" :d."`, []string{`"a".b`, `a."B-c"`, "d"}},
		{"", `:"open :a`, nil},
		{database.SQLite, "[:\"a\"] `:\"b\"` :\"c\"", []string{`"c"`}},
		{database.Postgres, `$$ :"a" $$ E'\' :"b"' x[1: "n"] :"c"`, []string{`"c"`}},
		{database.Postgres, "x[1:2] x[1 : 2] ARRAY[:a] a ? 'b'", []string{"a"}},
		{database.Postgres, `E'it\'s :a' :b e'\\' :c 'c:\' :d`, []string{"b", "c", "d"}},
		{database.Postgres, `typE'\' :a`, []string{"a"}},
		{database.Postgres, "/* /* :a */ :b */ :c", []string{"c"}},
		{database.Postgres, "$$ :a $$ :b $x$ :c $$ $y$ $x$ :d a$1b$ :e", []string{"b", "d", "e"}},
		{database.SQLite, "/* /* :a */ :b", []string{"b"}},
		{database.SQLite, "[:a] `:b` :c [it's] :d", []string{"c", "d"}},
		{database.SQLite, `'\' :a`, []string{"a"}},
		{"", "'open :a", nil},
		{"", "/* open :a", nil},
		{database.Postgres, "$x$ open :a", nil},
	} {
		s, err := cut(c.sql, c.dialect)
		require.NoError(t, err)
		var got []string
		for _, m := range s.named {
			got = append(got, m.key())
		}
		require.Equal(t, c.want, got, c.sql)
	}
}

func TestParameterWithoutANameIsRefused(t *testing.T) {
	for sql, dialect := range map[string]string{"SELECT\n$1": database.Postgres, "SELECT\n?": database.SQLite, "SELECT\n@a": database.SQLite, "SELECT\n$a": database.SQLite, `SELECT :""`: database.Postgres, `SELECT :a.""`: ""} {
		_, err := cut(sql, dialect)
		require.ErrorContains(t, err, "this parameter has no name", sql)
	}
}

// TestCuttingLosesNothing: pieces and names are the statement again, whatever it is.
func TestCuttingLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sql := rapid.StringOf(rapid.RuneFrom([]rune("ab1:'\"`[]$-/*\\.E\nä "))).Draw(t, "sql")
		s, err := cut(sql, rapid.SampledFrom([]string{"", database.Postgres, database.SQLite}).Draw(t, "dialect"))
		if err != nil {
			return
		}
		again := s.pieces[0]
		for i := range s.named {
			begin := len(again)
			end := len(sql)
			for rest := range s.pieces[i+1:] {
				end -= len(s.pieces[i+1+rest])
			}
			for later := range s.named[i+1:] {
				end -= len(s.named[i+1+later].written)
			}
			again += sql[begin:end] + s.pieces[i+1]
		}
		require.Equal(t, sql, again)
	})
}
