//go:build !unix

package store

import (
	"errors"
	"os"
)

var errLocked = errors.New("locked by another")

func flock(*os.File) error {
	return errors.New("file locks are not supported on this system: use a PostgreSQL store")
}
