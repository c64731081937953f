package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestInitProposesNamesThatReadNaturally(t *testing.T) {
	for table, want := range map[string]struct{ feed, queue string }{
		"orders":           {"orders", "ORDERS"},
		"Größe":            {"Groesse", "GROESSE"},
		"Gro\u0308ße":      {"Groesse", "GROESSE"}, // an ö of two characters
		"AUFTRÄGE":         {"AUFTRAEGE", "AUFTRAEGE"},
		"Änderungen 2026":  {"Aenderungen_2026", "AENDERUNGEN_2026"},
		"créés à Besançon": {"crees_a_Besancon", "CREES_A_BESANCON"},
		"Łódź":             {"Lodz", "LODZ"},
		"Ærø-Smørrebrød":   {"Aeroe-Smoerrebroed", "AEROE-SMOERREBROED"},
		"þjónusta":         {"thjonusta", "THJONUSTA"},
		"señales":          {"senales", "SENALES"},
		"İstanbul ılık":    {"Istanbul_ilik", "ISTANBUL_ILIK"},
		"ﬁle №1":           {"file_No1", "FILE_NO1"},
		"Betrag (€)":       {"Betrag", "BETRAG"},
		"заказы":           {"feed", "_"}, // no Latin letter: nothing to propose
	} {
		require.Equal(t, want.feed, legal(table), table)
		require.Equal(t, want.queue, queueFor(catalogued{Table: table}), table)
	}
}
