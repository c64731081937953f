package main

import (
	"cmp"
	"context"
	"errors"

	"github.com/jmoiron/sqlx"
)

type initCmd struct {
	URL         string   `name:"url" placeholder:"URL" help:"The database: postgres://host:5432/database or sqlite:FILE, without user and password."`
	User        string   `placeholder:"NAME" help:"The account to read with (PostgreSQL)."`
	PasswordEnv string   `placeholder:"NAME" help:"The environment variable that holds its password; else $$ROWRELAY_SOURCE_PASSWORD, else it is asked for."`
	Table       []string `sep:"none" placeholder:"NAME" help:"The table, or a view: orders or sales.orders. May be repeated with --grants."`
	Sequence    string   `placeholder:"COLUMN" help:"Its growing number."`
	Start       string   `placeholder:"now|first|N" help:"Skip the rows that are there now, send them all, or send those above a number."`
	Queue       string   `placeholder:"NAME" help:"Where the messages go."`
	Broker      string   `placeholder:"URL" help:"The broker; without it stomp://localhost:61613 is written, to be edited."`
	BrokerUser  string   `placeholder:"NAME" help:"The account at the broker; its password is $$ROWRELAY_BROKER_PASSWORD, or asked for."`
	Feed        string   `placeholder:"NAME" help:"What the feed is called; else like the table."`
	Fields      bool     `help:"Write the mapping out: a field for every column, with its type."`
	Grants      bool     `help:"Print the SQL for an account that may only read the tables, and write nothing."`
	Dir         string   `placeholder:"DIR" help:"Where rowrelay.yaml, rowrelay.env and rowrelay.schema.json are written; else here, or where -c says."`
	Yes         bool     `short:"y" help:"Take the defaults, and do not ask; which of several tables, --table says."`
}

// Validate refuses what can never be meant; kong calls it.
func (n *initCmd) Validate() error {
	if len(n.Table) > 1 && !n.Grants {
		return errors.New("--table may be repeated with --grants only: a file begins with one feed")
	}
	return nil
}

// setup is one run of init.
type setup struct {
	*initCmd
	g     *globals
	db    *sqlx.DB
	a     answers
	asked bool // a question was asked already

	column   string // the sequence as the database spells it
	yml, env string // the paths of the configuration, and of the file of its secrets
	schema   string // that of the file for editors
	stale    bool   // it is there, and another version's
	example  *int64 // the number of a row to look at; nil: the first that will be read
}

// Run implements the command. The files are written at the very end, and only what `run` would take.
func (n *initCmd) Run(ctx context.Context, g *globals) error {
	s := &setup{initCmd: n, g: g}
	if err := s.begin(); err != nil {
		return err
	}
	if err := s.reach(ctx); err != nil {
		return err
	}
	defer s.db.Close()
	if n.Grants {
		return s.printGrants(ctx)
	}
	if err := s.knowBrokerPassword(); err != nil {
		return err
	}
	if err := s.settle(ctx); err != nil {
		return err
	}
	if err := s.prove(ctx); err != nil {
		return err
	}
	return s.write()
}

// begin looks at all that can be told without the database.
func (s *setup) begin() error {
	if err := s.place(); err != nil {
		return err
	}
	if err := s.knowStart(); err != nil {
		return err
	}
	return s.knowFlags()
}

// knowFlags refuses what no file could hold, before anything is asked.
func (s *setup) knowFlags() error {
	s.a.feed, s.a.queue, s.a.brokerUser = s.Feed, s.Queue, s.BrokerUser
	s.a.url = "sqlite:/x" // until it is known
	return s.takeBroker(cmp.Or(s.Broker, placeholder))
}
