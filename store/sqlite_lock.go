package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/rowrelay/rowrelay/database"
)

// holder describes a process for people.
func holder(name string, pid int, host string, since time.Time) string {
	return fmt.Sprintf("%s, pid %d on %s, since %s", name, pid, host, since.UTC().Format("2006-01-02 15:04:05 UTC"))
}

// fileLock is held for the whole store, whatever the instance's name: SQLite serves one daemon. Its file stays when
// it is released; removing it would let two processes lock two files of one name.
type fileLock struct {
	path, text string

	mu   sync.Mutex
	file *os.File // nil when released
}

const lockEnding = ".lock"

func (s *SQL) lockPath() string { return database.Address(s.options.Connection) + lockEnding }

func (sqlite) lock(_ context.Context, s *SQL, name string) (NameLock, error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	return takeFile(s.lockPath(), holder(name, os.Getpid(), host, time.Now()))
}

// takeFile tries once to lock a file; text tells others who holds it.
func takeFile(path, text string) (*fileLock, error) {
	l := &fileLock{path: path, text: text}
	if err := l.take(); err != nil {
		return nil, err
	}
	return l, nil
}

func (l *fileLock) take() error {
	f, err := os.OpenFile(l.path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("lock the store: %w", err)
	}
	if err := flock(f); err != nil {
		defer f.Close()
		if !errors.Is(err, errLocked) {
			return fmt.Errorf("lock the store's file %s: %w", l.path, err)
		}
		who, _ := io.ReadAll(io.LimitReader(f, 1000)) // only for people
		return &HeldError{
			Holder: cmp.Or(strings.TrimSpace(string(who)), "another process"), // it writes its name a moment after it has the lock
			File:   strings.TrimSuffix(l.path, lockEnding),
		}
	}
	if err := sign(f, l.text); err != nil {
		f.Close()
		return err
	}
	l.file = f
	return nil
}

func sign(f *os.File, text string) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt([]byte(text+"\n"), 0)
	return err
}

// Check implements NameLock: the lock is lost when somebody removed the file.
func (l *fileLock) Check(context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil {
		ours, err := l.file.Stat()
		if err != nil {
			return err
		}
		if there, err := os.Stat(l.path); err == nil && os.SameFile(ours, there) {
			return nil
		}
		l.file.Close()
		l.file = nil
	}
	return l.take()
}

// Release implements NameLock.
func (l *fileLock) Release() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	defer func() { l.file = nil }()
	return errors.Join(l.file.Truncate(0), l.file.Close())
}
