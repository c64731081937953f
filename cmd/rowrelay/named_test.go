package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/config"
)

func TestAColumnThatALookupBindsInQuotesIsUsed(t *testing.T) {
	n := namesOf(config.Feed{Process: []config.Item{{Lookup: &config.Lookup{Into: "found", SQL: `SELECT name FROM "Odd" WHERE id = :"Artikel-Nr" AND q = :"a""b" AND k = :kunde`}}}})
	for column, used := range map[string]bool{"Artikel-Nr": true, `a"b`: true, "Kunde": true, "Odd": false} {
		require.Equal(t, used, n.has(column), column)
	}
}
