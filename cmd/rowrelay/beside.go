package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/rowrelay/rowrelay/config"
)

// leftBeside refuses a SQLite store that is not there, where a relative path has led to another place than the configuration's
// folder and a store lies in that folder: whoever typed this means that one. A new one would read, and send, everything again.
func leftBeside(f *config.File, here string) error {
	beside := f.Store.Beside
	if beside == "" {
		return nil
	}
	_, ofHere := os.Stat(here)
	_, ofBeside := os.Stat(beside)
	if !errors.Is(ofHere, fs.ErrNotExist) || ofBeside != nil {
		return nil
	}
	write := config.NamedStore(beside)
	if c := f.Store.Connection; c != "" {
		write = fmt.Sprintf("connections.%s.url: %q", c, "sqlite:"+beside)
	}
	return &problem{exitConfig, fmt.Sprintf("there is no store %s, but beside the configuration there is %s: a relative path begins in the working directory, and a new store would send everything again", here, beside),
		"cd " + quote(f.Folder()) + ", or write the absolute path of the one that is meant: " + write}
}
