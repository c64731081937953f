package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/database"
)

// mislaid refuses a SQLite store that would be made in the working directory while one of its name lies beside the file: called from
// another folder, `run` would begin anew with an empty store, and send again what the other one knows to be sent.
func mislaid(path string, f *config.File) config.Complaints {
	at, key := relativeStore(f)
	here, err := os.Getwd()
	folder, wrong := filepath.Abs(filepath.Dir(path))
	if at == "" || err != nil || wrong != nil {
		return nil
	}
	twin := filepath.Join(folder, at)
	at = filepath.Join(here, at)
	if at == twin || isThere(at) || !isThere(twin) {
		return nil
	}
	return config.Complaints{f.Complain(key, 0, 0, fmt.Sprintf("the store would be %s, which is not there, and %s lies beside the file", at, twin),
		"go to "+folder+", where it was made; or name it for good: store: { connection: local } and connections.local.url: sqlite:"+twin)}
}

// relativeStore is the path of a SQLite store that begins in the working directory, and the key that says so; "" for any other store.
func relativeStore(f *config.File) (path, key string) {
	if f.Store.Connection == "" {
		if os.Getenv("STATE_DIRECTORY") != "" { // the service's own folder
			return "", ""
		}
		return filepath.Base(f.Store.Path), "store"
	}
	url := f.Connections[f.Store.Connection].URL
	path = strings.TrimPrefix(strings.TrimPrefix(url, "sqlite:"), "//")
	if database.Dialect(url) != database.SQLite || filepath.IsAbs(path) {
		return "", ""
	}
	return path, "connections." + f.Store.Connection + ".url"
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
