package testbed

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMnesiaTransactionNeedsItsCommit(t *testing.T) {
	pending := func(id, queue string) string {
		return "bWLA\x83h\x08d\x00\x06commitd\x00\x08decisionh\x03d\x00\x03tida" + id + "d\x00\x0dpresume_abort" + queue
	}
	commit := func(id string) string {
		return "bWLA\x83h\x05d\x00\x08decisionh\x03d\x00\x03tida" + id + "d\x00\x09committedjj"
	}
	for _, c := range []struct {
		log  []string
		want bool
	}{
		{[]string{}, false},
		{[]string{pending("A", "queue.other"), commit("A")}, false},
		{[]string{pending("B", "queue.x")}, false},
		{[]string{pending("A", "queue.other"), commit("A"), pending("B", "queue.x")}, false},
		{[]string{pending("A", "queue.other"), pending("B", "queue.x"), commit("A")}, false},
		{[]string{pending("A", "queue.other"), pending("B", "queue.x"), commit("A"), commit("B")}, true},
		{[]string{"bWLA\x83h\x08d\x00\x06commitd\x00\x0epresume_commitqueue.x"}, true}, // needs no second entry
	} {
		require.Equal(t, c.want, mnesiaCommitted([]byte(strings.Join(c.log, "\x00\x00\x00\x48")), "queue.x"), "%q", c.log)
	}
}
