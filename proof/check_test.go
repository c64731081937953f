package proof

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// complaint is a failure as it is printed: place and text, snippet, remedy.
var complaint = regexp.MustCompile(`(?m)^(?:✗|\[fail\]) (\S*rowrelay\.yaml:\d+:\d+)  (.*)\n(?:[> ].*\n)*?  → (.*)$`)

func complaints(printed string) []string {
	var all []string
	for _, m := range complaint.FindAllStringSubmatch(printed, -1) {
		all = append(all, filepath.Base(m[1])+"  "+m[2]+" → "+m[3])
	}
	return all
}

// TestCheckNamesLineColumnAndRemedy lets the program check the files that the config room's tests know to be broken, and
// wants every complaint that they want.
func TestCheckNamesLineColumnAndRemedy(t *testing.T) {
	for _, name := range []string{
		"unknown-key", "unknown-everywhere", "missing-keys", "twice", "tab", "open-quote", "out-of-range", "wrong-types",
		"wrong-connections", "planned-keys", "password-in-url", "both-of-two",
	} {
		t.Run(name, func(t *testing.T) {
			broken := filepath.Join("..", "config", "testdata", "broken", name)
			golden, err := os.ReadFile(broken + ".golden")
			require.NoError(t, err)
			want := complaints(string(golden))
			require.NotEmpty(t, want)

			text, err := os.ReadFile(broken + ".yaml")
			require.NoError(t, err)
			path := filepath.Join(t.TempDir(), "rowrelay.yaml")
			require.NoError(t, os.WriteFile(path, text, 0o600))
			cmd := exec.Command(program, "check", path)
			cmd.Env = append(os.Environ(), "WORKERS=5000")
			out, err := cmd.Output()
			require.Error(t, err)
			require.Equal(t, 78, cmd.ProcessState.ExitCode())
			require.Equal(t, want, complaints(string(out)))
			show(t, "exit 78\n%s", strings.Join(want, "\n"))
		})
	}
}
