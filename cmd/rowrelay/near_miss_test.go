package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestATestsRowIsToldOfColumnsThatAreAlmostThoseOfTheFeed(t *testing.T) {
	for row, want := range map[string]string{
		`{ order_seq: 3, Status: DRAFT, "Betrag": "1" }`: `  the feed names "Betrag €", which the row lacks, and does not name "Betrag" → did you mean "Betrag €"?`,
		`{ order_seq: 3, statsu: DRAFT }`:                `  the feed names "status", which the row lacks, and does not name "statsu" → did you mean "status"?`,
		`{ order_seq: 3, select: x }`:                    `  the feed names "Select", which the row lacks, and does not name "select" → did you mean "Select"?`,
		`{ order_seq: 3, STATUS: DRAFT }`:                "", // expressions find it
		`{ order_seq: 3, "Betrag €": "1", Betrag: "2" }`: "", // both are there
		`{ order_seq: 3, line2: x }`:                     "", // the feed has line1
		`{ order_seq: 3, customer_id: C7 }`:              "", // the lookup's SQL has it; the feed names customer, a lookup
		`{ order_seq: 3, sort: x, weather: fine }`:       "",
	} {
		path := newShop(t, `status in ["RELEASED", "CHANGED"]`, `status == "RELEASED" and row["Betrag €"] != row["Select"] + line1 + "x"`,
			`{ order_seq: 3, order_no: A-3, status: DRAFT }`, row)
		got := rowrelay("test", "--run", "drafts stay", "-c", path)
		require.Equal(t, exitOK, got.code, got.out)
		if want == "" {
			require.NotContains(t, got.out, "[warn]", row)
			continue
		}
		require.Contains(t, got.out, "    [warn] "+path+":33:", row)
		require.Contains(t, got.out, want+"\n", row)
		require.Contains(t, rowrelay("test", "--run", "drafts stay", "-o", "json", "-c", path).out, `"warnings": [`)
	}
}

func TestNothingOfTheExamplesIsANearMiss(t *testing.T) {
	examples, err := os.ReadDir("../../examples")
	require.NoError(t, err)
	for _, e := range examples {
		if file := "../../examples/" + e.Name() + "/rowrelay.yaml"; e.IsDir() {
			require.NotContains(t, rowrelay("test", "-c", file).out, "[warn]", file)
		}
	}
}
