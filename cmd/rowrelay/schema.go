package main

import "github.com/rowrelay/rowrelay/config"

// schemaCmd holds what describes files and messages to other programs.
type schemaCmd struct {
	Config  schemaConfigCmd  `cmd:"" group:"Commands:" help:"Print a JSON Schema of the configuration, with which editors complete, explain and check it."`
	Message schemaMessageCmd `cmd:"" group:"Commands:" help:"Print the XSD of a feed's messages, for the receiver."`
}

type schemaConfigCmd struct{}

// Run implements the command.
func (schemaConfigCmd) Run(g *globals) error { return g.console.out.json(config.Schema()) }
