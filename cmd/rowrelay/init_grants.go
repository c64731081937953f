package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rowrelay/rowrelay/database"
)

// readOnlyRole is what the account is called that --grants makes.
const readOnlyRole = "rowrelay_ro"

// printGrants prints the SQL for an account that may read the chosen tables, and nothing else.
func (s *setup) printGrants(ctx context.Context) error {
	tables, err := s.chooseTables(ctx)
	if err != nil {
		return err
	}
	var dbname string
	if err := s.db.GetContext(ctx, &dbname, "SELECT current_database()"); err != nil {
		return s.away(err)
	}
	var exists bool
	if err := s.db.GetContext(ctx, &exists, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", readOnlyRole); err != nil {
		return s.away(err)
	}
	statements := grants(dbname, tables)
	if exists {
		statements = statements[1:]
	}
	if s.g.json() {
		return s.g.console.out.json(map[string][]string{"sql": statements})
	}
	for _, statement := range statements {
		s.g.console.out.printf("%s\n", statement)
	}
	if !s.g.Quiet {
		s.g.console.err.printf("  → CREATE ROLE, and a password (\\password %s in psql), need a superuser or CREATEROLE; for the GRANTs the owner of the tables is enough\n", readOnlyRole)
	}
	return nil
}

// grants let the role read the tables. It has no password yet, so nobody can log in with a known one.
func grants(dbname string, tables []catalogued) []string {
	all := []string{
		"CREATE ROLE " + readOnlyRole + " LOGIN;", // the first: it is left out where the role is there
		fmt.Sprintf("GRANT CONNECT ON DATABASE %s TO %s;", database.Quote(dbname), readOnlyRole),
	}
	for _, t := range tables {
		usage := fmt.Sprintf("GRANT USAGE ON SCHEMA %s TO %s;", database.Quote(t.Schema), readOnlyRole)
		if !slices.Contains(all, usage) {
			all = append(all, usage)
		}
		all = append(all, fmt.Sprintf("GRANT SELECT ON %s TO %s;", t.from(), readOnlyRole))
	}
	return all
}

// chooseTables are those of --table, or of a list; the account that asks need not be allowed to read them.
func (s *setup) chooseTables(ctx context.Context) (chosen []catalogued, err error) {
	all, err := s.catalogue(ctx)
	if err != nil {
		return nil, err
	}
	for _, name := range s.Table {
		of, err := s.named(all, name)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, of[0])
	}
	if chosen != nil {
		return chosen, nil
	}
	for i := range all {
		all[i].Readable = true
	}
	found, left := s.candidates(all)
	s.sayLeft(all, left)
	if !s.g.Quiet {
		s.aside("lookup tables: add their names, or --table NAME for every table; a lookup needs SELECT on them")
	}
	if len(found) == 0 {
		return nil, &problem{exitNo, "no table with a growing number was found", "rowrelay init --grants --table NAME names one"}
	}
	return s.pickSeveral(all, s.counted(ctx, found))
}

// pickSeveral takes numbers of the list, and names, with commas between them.
func (s *setup) pickSeveral(all, found []catalogued) (chosen []catalogued, err error) {
	if s.Yes && best(found) {
		return found[:1], nil
	}
	s.list(found)
	if s.Yes {
		return nil, s.whichOf("--table", found)
	}
	question, usual := "Tables, as in 1,3:", ""
	if best(found) {
		question, usual = "Tables, as in 1,3", "1"
	}
	for {
		answer, err := s.text("--table", question, "", usual)
		if err != nil {
			return nil, err
		}
		if chosen = s.pickTables(all, found, answer); chosen != nil {
			return chosen, nil
		}
		s.g.console.err.printf("type numbers from 1 to %d, or names of tables, with commas between them\n", len(found))
	}
}

// pickTables is nil where a word of the answer is neither a number of the list nor a table.
func (s *setup) pickTables(all, found []catalogued, answer string) (chosen []catalogued) {
	for word := range strings.SplitSeq(answer, ",") {
		word = strings.TrimSpace(word)
		if n, err := strconv.Atoi(word); err == nil && n >= 1 && n <= len(found) {
			chosen = append(chosen, found[n-1])
		} else if of, err := s.named(all, word); err == nil {
			chosen = append(chosen, of[0])
		} else {
			return nil
		}
	}
	return chosen
}
