package testbed

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Standby starts a hot standby that follows this server, with a copy of everything on it; the test's end stops it.
func (p *PostgresProcess) Standby(t testing.TB) *PostgresProcess {
	t.Helper()
	s, err := onFreePorts(p.tryStandby)
	require.NoError(t, err)
	t.Cleanup(s.remove)
	return s
}

func (p *PostgresProcess) tryStandby() (*PostgresProcess, error) {
	dir, err := newPlace()
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s := &PostgresProcess{dir: dir, as: p.as, Postgres: &Postgres{Addr: loopback(port), User: p.User, Password: p.Password, CAFile: p.CAFile}}
	if err := s.follow(p, port); err != nil {
		s.remove()
		return nil, fmt.Errorf("make a standby: %w", err)
	}
	if err := s.launch(); err != nil {
		s.remove()
		return nil, err
	}
	return s, nil
}

// follow copies the primary and says where it is.
func (p *PostgresProcess) follow(primary *PostgresProcess, port int) error {
	if p.as != nil {
		if err := os.Chown(p.dir, int(p.as.Uid), int(p.as.Gid)); err != nil {
			return err
		}
	}
	out, err := p.command("pg_basebackup", "-D", p.data(), "-d", primary.URL("postgres"), "-R", "-X", "stream", "-c", "fast", "--no-sync").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	conf, err := os.OpenFile(filepath.Join(p.data(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer conf.Close()
	_, err = fmt.Fprintf(conf, "port = %d\n", port)
	return err
}

// Promote makes a standby a server of its own, on a timeline of its own.
func (p *PostgresProcess) Promote(t testing.TB) {
	t.Helper()
	run(t, p.URL("postgres"), `SELECT pg_promote()`)
}
