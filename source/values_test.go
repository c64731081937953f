package source

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
)

func TestBusinessKeyIsTextThatEveryStoreTakes(t *testing.T) {
	key := func(s string) string { return *businessKey(record.Value{Text: s}) }
	require.Equal(t, "A-4711 ä", key("A-4711 ä"))
	require.Equal(t, "a\uFFFDb\uFFFD", key("a\x00b\xff"))
	long := key(strings.Repeat("ä", 400))
	require.Equal(t, strings.Repeat("ä", maxKey/2), long)
	require.Nil(t, businessKey(record.Value{Null: true}))
	require.Equal(t, "1,2", *businessKey(record.Value{Kind: record.List, Items: []record.Value{{Text: "1"}, {Text: "2"}}}))
}

func TestStepAsksForWhatStillFits(t *testing.T) {
	p := &page{limit: Limit{Rows: 1000, Bytes: 8 << 20}}
	require.Equal(t, 16, p.step(0), "nothing is known")
	p.guess = 10 << 20
	require.Equal(t, 1, p.step(0), "rows were large")
	p.records, p.bytes = make([]*record.Record, 16), 16*300
	require.Equal(t, 128, p.step(16), "never many times more")
	p.bytes = 16 * (500 << 10)
	require.Equal(t, 1, p.step(16), "the page is almost full")
}
