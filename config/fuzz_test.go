package config

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzParse: whatever the file holds, it is read or refused, every complaint points into it, and
// one that is accepted can be compared and printed.
func FuzzParse(f *testing.F) {
	paths, err := filepath.Glob("testdata/broken/*.yaml")
	require.NoError(f, err)
	for _, path := range paths {
		f.Add(golden(f, "broken/"+filepath.Base(path)))
	}
	f.Add(golden(f, "minimal.yaml"))
	f.Add(golden(f, "full.yaml"))
	f.Add(compared)
	f.Add("a: &a { <<: *a }\nfeeds: &f { x: *f }\n")
	env := environment(map[string]string{"A": "x"}, map[string]string{"/run/secrets/erp": "y"})
	f.Fuzz(func(t *testing.T, text string) {
		lines := len(lineBreak.Split(text, -1))
		for _, mode := range []Mode{Run, Offline} {
			file, complaints := Parse("f.yaml", []byte(text), env, mode)
			for _, c := range complaints {
				require.LessOrEqual(t, c.Line, lines)
				require.NotEmpty(t, c.Text)
			}
			if file == nil {
				require.Error(t, complaints.Err())
				continue
			}
			live, restart := Compare(file, file)
			require.Empty(t, live)
			require.Empty(t, restart)
		}
	})
}
