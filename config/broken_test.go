package config

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestBrokenFilesSayWhereAndWhatToDo compares everything that is printed for a broken file, line,
// column and remedy included.
func TestBrokenFilesSayWhereAndWhatToDo(t *testing.T) {
	paths, err := filepath.Glob("testdata/broken/*.yaml")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(paths), 10)
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".yaml")
		t.Run(name, func(t *testing.T) {
			complaints := breakage(t, "broken/"+name+".yaml", Run)
			require.Error(t, complaints.Err())
			for _, c := range complaints.Failures() {
				require.NotEmpty(t, c.Remedy, c.Text)
			}
			requireGolden(t, "broken/"+name+".golden", printed(t, complaints))
		})
	}
}

func breakage(t *testing.T, file string, mode Mode) Complaints {
	env := environment(map[string]string{"WORKERS": "5000", "BARE": "17"}, map[string]string{
		"/run/secrets/erp": "erp-secret\n",
		"/run/secrets/mq":  "mq-secret\n",
		"/etc/ca.pem":      "",
		"/etc/relay.crt":   "",
	})
	_, complaints := Parse("rowrelay.yaml", []byte(golden(t, file)), env, mode)
	return complaints
}

func printed(t *testing.T, c Complaints) string {
	var out strings.Builder
	require.NoError(t, c.Print(&out, Symbols))
	return out.String() + "Summary: " + c.Summary() + "\n"
}

func TestOfflineCheckPrintsTheSample(t *testing.T) {
	text := strings.Replace(golden(t, "broken/unknown-key.yaml"), "feeds:", "store: { id: acme }\nfeeds:", 1)
	text = strings.Replace(text, "\n\n", "\n", 1) // the sample's lines
	_, complaints := Parse("rowrelay.yaml", []byte(text), environment(nil, map[string]string{"/run/secrets/mq": "x"}), Offline)
	require.Equal(t, `✗ rowrelay.yaml:10:7  unknown key "sequnce" in feeds.orders.source
> 10 |       sequnce: order_seq
             ^
  → did you mean "sequence"?
⚠ rowrelay.yaml:2:71  ${file:/run/secrets/erp} cannot be read here (needed by run)
Summary: 1 failed · 1 warning
`, printed(t, complaints))
	var plain strings.Builder
	require.NoError(t, complaints.Print(&plain, PlainMarks))
	require.Contains(t, plain.String(), "[fail] rowrelay.yaml:10:7")
	require.Contains(t, plain.String(), "[warn] rowrelay.yaml:2:71")
}

// TestALongLineIsReadOnce: a file that somebody has pasted into one line must not keep the daemon, which reads it again whenever it changes.
func TestALongLineIsReadOnce(t *testing.T) {
	takes := func(items int) time.Duration {
		began := time.Now()
		_, complaints := Parse("rowrelay.yaml", []byte("a: ["+strings.Repeat("ü, ", items)), environment(nil, nil), Offline)
		require.Contains(t, complaints.Error(), "rowrelay.yaml:1:4  no YAML: nothing closes the [")
		return time.Since(began)
	}
	const most = largestConfig/4 - 10
	eighth := takes(most / 8)
	require.Less(t, takes(most), 32*eighth, "eight times as much; read again from each item it would be 64 times")
}

// TestWhatOnlyLooksUnclosedIsNotBlamed puts a slip behind text that may begin with a quote or a bracket.
func TestWhatOnlyLooksUnclosedIsNotBlamed(t *testing.T) {
	for _, sound := range []string{
		"a:\n  - |\n    'tis\n    b: c", "a: &x |\n  'tis\n  b: c", "a: !!str >-\n  [see\n  b: c", "a:\n    |\n    \"b\n    c: d",
		"a: select\n  'tis so\n  it is", "a: see\n  [there\n  too", "a: \"first\n  b: second\"",
	} {
		for _, slip := range []string{"z: y: x", "z: 'y' x", "z: @x", "z"} {
			_, complaints := Parse("rowrelay.yaml", []byte(sound+"\n"+slip+"\nd: e\n"), environment(nil, nil), Offline)
			require.Contains(t, complaints.Error(), "no YAML", slip)
			require.Equal(t, strings.Count(sound, "\n")+2, complaints[0].Line, sound+"\n"+slip)
		}
	}
}
