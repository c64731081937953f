package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheLinesOfARemedyStandUnderEachOther(t *testing.T) {
	var b strings.Builder
	require.NoError(t, Complaints{{File: "f.yaml", Text: "it may write", Remedy: "REVOKE a;\nREVOKE b;"}}.Print(&b, PlainMarks))
	require.Equal(t, "[fail] f.yaml  it may write\n  → REVOKE a;\n    REVOKE b;\n", b.String())
}
