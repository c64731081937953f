package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheMiddleRunIsShownWhole(t *testing.T) {
	runs := []benchResult{{Rate: 30, All: 1, Peak: 5}, {Rate: 10, All: 2, Peak: 9}, {Rate: 20, All: 3, Peak: 7}}
	require.Equal(t, benchResult{Rate: 20, All: 3, Peak: 9}, middle(runs), "with the most memory of all")
	require.Equal(t, 10.0, middle(runs[:2]).Rate, "the slower of two")
	require.Equal(t, runs[0], middle(runs[:1]))
}
