package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// versions is the table in which goose keeps the migrations that were applied.
const versions = "store_version"

// SchemaError says that the store's tables are not those of this program.
type SchemaError struct {
	Where      string
	Have, Want int64 // versions; 0 is no tables
}

func (e *SchemaError) Error() string {
	switch {
	case e.Have == 0:
		return fmt.Sprintf("the store %s has no tables yet. → `rowrelay run` makes them", e.Where)
	case e.Have < e.Want:
		return fmt.Sprintf("the store %s is of version %d, this program needs %d. → start `rowrelay run` of this program: it brings the store up to date", e.Where, e.Have, e.Want)
	}
	return fmt.Sprintf("the store %s is of version %d, made by a newer program: this one knows %d. → use the newer program", e.Where, e.Have, e.Want)
}

// migrate brings the tables up to date if it may, and refuses them if they are not.
func (s *SQL) migrate(ctx context.Context) error {
	err := s.checkVersion(ctx)
	if e, ok := err.(*SchemaError); !ok || !s.options.Migrate || e.Have > e.Want {
		return err
	}
	return s.dialect.migrate(ctx, s)
}

// checkVersion returns a *SchemaError if the tables are not of this program's version. It makes nothing.
func (s *SQL) checkVersion(ctx context.Context) error {
	want, err := s.wantVersion()
	if err != nil {
		return err
	}
	have, err := s.haveVersion(ctx)
	if err == nil && have != want {
		return &SchemaError{Where: s.Where(), Have: have, Want: want}
	}
	return err
}

func (s *SQL) haveVersion(ctx context.Context) (int64, error) {
	exist, err := s.dialect.tables(ctx, s)
	if err != nil || !exist {
		return 0, err
	}
	var version int64
	err = s.get(ctx, s.db, &version, `SELECT coalesce(max(version_id), 0) FROM `+versions)
	if err != nil || version == 0 {
		return 0, err
	}
	var named bool
	err = s.get(ctx, s.db, &named, `SELECT EXISTS (SELECT 1 FROM store_info)`)
	if !named {
		version = 0 // whoever makes it is about to give it its id, or died before
	}
	return version, err
}

func (s *SQL) wantVersion() (int64, error) {
	p, err := s.provider()
	if err != nil {
		return 0, err
	}
	sources := p.ListSources()
	return sources[len(sources)-1].Version, nil
}

func (s *SQL) provider() (*goose.Provider, error) {
	dialect := map[string]goose.Dialect{"postgres": goose.DialectPostgres, "sqlite": goose.DialectSQLite3}[s.db.DriverName()]
	folder, err := fs.Sub(migrations, "migrations/"+s.db.DriverName())
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(dialect, s.db.DB, folder,
		goose.WithTableName(versions), goose.WithDisableGlobalRegistry(true), goose.WithSlog(slog.New(slog.DiscardHandler)))
}

// up applies what is missing, each migration in a transaction of its own, and gives a new store its id.
// The caller holds a lock that keeps every other migration away.
func (s *SQL) up(ctx context.Context) error {
	p, err := s.provider()
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return err
	}
	return s.tx(ctx, func(tx *sqlx.Tx) error { return s.baptize(ctx, tx) })
}

// baptize gives a store that has none its id.
func (s *SQL) baptize(ctx context.Context, tx *sqlx.Tx) error {
	id := s.options.ID
	if id == "" {
		var err error
		if id, err = newID(); err != nil {
			return err
		}
	}
	_, err := s.exec(ctx, tx, `INSERT INTO store_info (store_id) VALUES ($1) ON CONFLICT DO NOTHING`, id)
	return err
}
