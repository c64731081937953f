package testbed

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	_ "github.com/lib/pq" // testbed's own connections
	"github.com/stretchr/testify/require"
)

// Postgres is a running PostgreSQL server. It takes connections with and without TLS on Addr; its certificate is for
// `localhost`, signed by the CA in CAFile.
type Postgres struct {
	Addr     string // 127.0.0.1:PORT
	User     string // a superuser
	Password string
	CAFile   string
}

// PostgresProcess is a PostgreSQL server of one test, which may stop and start it.
type PostgresProcess struct {
	*Postgres
	dir     string
	as      *syscall.Credential // nil: we are no superuser and run it ourselves
	process *process
}

// postgresBin is the folder of the newest PostgreSQL, or of the one on PATH.
func postgresBin() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		path, err := exec.LookPath("initdb")
		if err != nil {
			return "/usr/lib/postgresql/*/bin"
		}
		found = []string{path}
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return majorOf(a) - majorOf(b) })
	return filepath.Dir(newest)
}

func majorOf(initdb string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(initdb))))
	return n
}

// StartPostgres starts a PostgreSQL server for this test alone and stops it when the test ends.
func StartPostgres(t testing.TB) *PostgresProcess {
	t.Helper()
	Require(t, PostgreSQL)
	p, err := newPostgres()
	require.NoError(t, err)
	t.Cleanup(p.remove)
	return p
}

func newPostgres() (*PostgresProcess, error) { return onFreePorts(tryPostgres) }

func tryPostgres() (*PostgresProcess, error) {
	dir, err := newPlace()
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	certs, err := newCertificates(dir)
	if err != nil {
		return nil, err
	}
	p := &PostgresProcess{dir: dir, Postgres: &Postgres{
		Addr: loopback(port), User: "postgres", Password: "post:gres@1", CAFile: certs.ca,
	}}
	if err := p.initialise(port, certs); err != nil {
		p.remove()
		return nil, fmt.Errorf("initialise PostgreSQL: %w", err)
	}
	if err := p.launch(); err != nil {
		p.remove()
		return nil, err
	}
	return p, nil
}

// initialise lets initdb make the cluster. fsync is off because our servers die without their machine; a commit still
// reaches the system's cache before it is answered.
func (p *PostgresProcess) initialise(port int, certs certificates) error {
	if err := p.chooseUser(certs); err != nil {
		return err
	}
	password := filepath.Join(p.dir, "password")
	if err := os.WriteFile(password, []byte(p.Password), 0o644); err != nil {
		return err
	}
	out, err := p.command("initdb", "-D", p.data(), "-U", p.User, "-A", "scram-sha-256", "--pwfile", password,
		"--no-sync", "--locale=C.UTF-8", "-E", "UTF8").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	conf, err := os.OpenFile(filepath.Join(p.data(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer conf.Close()
	_, err = fmt.Fprintf(conf, `
listen_addresses = '127.0.0.1'
port = %d
unix_socket_directories = ''
max_connections = 200
max_prepared_transactions = 20
shared_buffers = 64MB
fsync = off
ssl = on
ssl_cert_file = '%s'
ssl_key_file = '%s'
`, port, certs.cert, certs.key)
	return err
}

// chooseUser: PostgreSQL refuses to run as root, and to read a key that others may read.
func (p *PostgresProcess) chooseUser(certs certificates) error {
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return err
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return err
	}
	p.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	for _, path := range []string{p.dir, certs.key, certs.cert} {
		if err := os.Chown(path, uid, gid); err != nil {
			return err
		}
	}
	return nil
}

func (p *PostgresProcess) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(postgresBin(), name), args...)
	cmd.Dir = p.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.as}
	return cmd
}

func (p *PostgresProcess) data() string { return filepath.Join(p.dir, "data") }

func (p *PostgresProcess) launch() error {
	var err error
	p.process, err = start(p.command("postgres", "-D", p.data()), filepath.Join(p.dir, "log"), syscall.SIGQUIT)
	if err != nil {
		return err
	}
	return p.process.ready(p.ping)
}

func (p *PostgresProcess) ping() error {
	db, err := sql.Open("postgres", p.URL("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	return db.Ping()
}

// Stop ends the server without a shutdown checkpoint and cuts its connections (pg_ctl's mode `immediate`); Start brings
// it back on the same address with the same data.
func (p *PostgresProcess) Stop(t testing.TB) {
	t.Helper()
	require.NoError(t, p.process.end(syscall.SIGQUIT))
}

// Start brings a stopped server back and returns when it takes queries.
func (p *PostgresProcess) Start(t testing.TB) {
	t.Helper()
	require.NoError(t, p.launch())
}

// Restart is Stop and Start.
func (p *PostgresProcess) Restart(t testing.TB) {
	t.Helper()
	p.Stop(t)
	p.Start(t)
}

func (p *PostgresProcess) remove() {
	if p.process != nil {
		_ = p.process.end(syscall.SIGQUIT)
	}
	_ = os.RemoveAll(p.dir)
}

// URL names a database of this server as its superuser, without TLS.
func (p *Postgres) URL(database string) string {
	return postgresURL(p.Addr, database, p.User, p.Password)
}

func postgresURL(addr, database, user, password string) string {
	u := url.URL{
		Scheme: "postgres", Host: addr, Path: database,
		User: url.UserPassword(user, password), RawQuery: "sslmode=disable",
	}
	return u.String()
}

// quoted writes an identifier for SQL.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
