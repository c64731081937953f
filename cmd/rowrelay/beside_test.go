package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// inTwoFolders is a shop whose store was made beside its file, and the working directory beside that.
func inTwoFolders(t *testing.T, edit ...string) (folder string) {
	t.Helper()
	folder = filepath.Dir(newShop(t, edit...))
	t.Setenv("STATE_DIRECTORY", "")
	t.Chdir(folder)
	loaded, found := read("rowrelay.yaml", 0)
	require.NoError(t, found.Err())
	st, err := openStore(t.Context(), loaded, true)
	require.NoError(t, err)
	require.NoError(t, st.Close())
	require.NoError(t, os.Mkdir("w2", 0o755))
	t.Chdir("w2")
	return folder
}

// TestAStoreBesideTheFileIsNotBegunAnewInAnotherFolder: a new one would send everything again, and say nothing.
func TestAStoreBesideTheFileIsNotBegunAnewInAnotherFolder(t *testing.T) {
	for write, edit := range map[string][]string{
		`connections.state.url: "sqlite:FOLDER/rowrelay.db" and store.connection: state`: nil,
		`connections.relaydb.url: "sqlite:FOLDER/relay.db"`: {"connections:\n", "connections:\n  relaydb: { url: \"sqlite:relay.db\" }\n",
			"store: {", "store: { connection: relaydb,"},
	} {
		folder := inTwoFolders(t, edit...)
		for _, line := range []string{"run --once", "status", "failed", "retry orders --all --yes", "preview orders", "reconcile orders", "check --connect"} {
			got := rowrelay(append(strings.Fields(line), "-c", "../rowrelay.yaml")...)
			require.Equal(t, exitConfig, got.code, line+got.out+got.err)
			all := got.out + got.err
			require.Regexp(t, `there is no store \S+/w2/\w+.db, but beside the configuration there is `+folder+`/\w+.db: `, all, line)
			require.Contains(t, all, "→ cd .., or write the absolute path of the one that is meant: "+strings.ReplaceAll(write, "FOLDER", folder), line)
			require.NotContains(t, all, "no tables yet")
		}
		left, err := os.ReadDir(".")
		require.NoError(t, err)
		require.Empty(t, left)
	}
}

func TestAFirstStoreIsMadeInTheWorkingDirectory(t *testing.T) {
	folder := inTwoFolders(t)
	require.NoError(t, os.Remove(filepath.Join(folder, "rowrelay.db")))
	got := rowrelay("status", "-c", "../rowrelay.yaml")
	require.Equal(t, exitAway, got.code)
	require.Contains(t, got.err, "/w2/rowrelay.db has no tables yet")
	got = rowrelay("check", "../rowrelay.yaml")
	require.Equal(t, exitOK, got.code)
	require.Regexp(t, `the file names no store, so it is rowrelay.db in the working directory, not beside the file: it is "\S+/w2/rowrelay.db" here`, got.out)
	t.Chdir("..")
	require.NotContains(t, rowrelay("check", "rowrelay.yaml").out, "working directory")
}
