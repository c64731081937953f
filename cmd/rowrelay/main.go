// Rowrelay carries the rows of a table that it may only read to a JMS broker, at least once.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/rowrelay/rowrelay/config"
)

// globals are the flags that every command knows.
type globals struct {
	Config  string `short:"c" placeholder:"FILE" help:"The configuration (else $$ROWRELAY_CONFIG, ./rowrelay.yaml, /etc/rowrelay/rowrelay.yaml)."`
	Output  string `short:"o" enum:"table,json" default:"table" help:"How results are written: table or json."`
	Quiet   bool   `short:"q" xor:"talk" help:"Results and errors only."`
	Verbose bool   `short:"v" xor:"talk" help:"Say more on stderr."`
	NoColor bool   `help:"No colours (also NO_COLOR, and whenever this is no terminal)."`

	console *console
	typed   []string          // the arguments as the user wrote them, for AUDIT
	found   config.Complaints // in the file that open has read
	faults  config.Complaints // of a file that openToRead read in spite of them
}

// json tells whether the result is for a program.
func (g *globals) json() bool { return g.Output == "json" }

// commands is the command line, in the order and the groups of the help. One file holds one command.
type commands struct {
	globals `embed:""`

	Init  initCmd  `cmd:"" group:"Begin:" help:"Find a table with a growing number, and write a configuration that carries it."`
	Check checkCmd `cmd:"" group:"Begin:" help:"Find what is wrong in the configuration, and with --connect in what it names."`
	Demo  demoCmd  `cmd:"" group:"Begin:" help:"Show the whole job in this process: source, store, broker, consumer and daemon. Needs nothing, leaves nothing."`

	Run     runCmd     `cmd:"" group:"Run and look:" help:"Carry rows until told to stop."`
	Status  statusCmd  `cmd:"" group:"Run and look:" help:"Show where every feed stands."`
	Failed  failedCmd  `cmd:"" group:"Run and look:" help:"Show the rows that need a decision."`
	Explain explainCmd `cmd:"" group:"Run and look:" help:"Explain the code of an error, and what to do. Without a code it lists all."`

	Preview previewCmd `cmd:"" group:"Messages:" help:"Show the messages that rows become. Nothing is sent, nothing is recorded."`
	Test    testCmd    `cmd:"" group:"Messages:" help:"Run the tests of the file: rows, and the messages that they must become. Needs no database and no broker."`
	Schema  schemaCmd  `cmd:"" group:"Messages:" help:"Describe the configuration, or the messages of a feed, to other programs."`

	Retry     retryCmd     `cmd:"" group:"Repair:" help:"Make FAILED rows NEW, to be built again from the source table."`
	Rewind    rewindCmd    `cmd:"" group:"Repair:" help:"Move a feed back, so that numbers are read again."`
	Reconcile reconcileCmd `cmd:"" group:"Repair:" help:"Compare the source's numbers with the store, and deliver what is missing."`

	Bench   benchCmd   `cmd:"" group:"This program:" help:"Measure what this machine, a database and a broker carry."`
	Version versionCmd `cmd:"" group:"This program:" help:"Show which build this is."`
}

// runCmd is the daemon.
type runCmd struct {
	runFlags
}

// runFlags are what the daemon is told beside the file.
type runFlags struct {
	Once    bool     `help:"End when the sources are empty and no row is NEW. A source or broker that is away is waited for for a minute."`
	Feed    []string `placeholder:"FEED" help:"Carry this feed only; may be repeated."`
	NoWatch bool     `help:"Do not follow edits of the file (SIGHUP still reads it again)."`
}

// Run implements the command.
func (r *runCmd) Run(ctx context.Context, g *globals) error { return runDaemon(ctx, g, r.runFlags) }

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// leave unwinds from --help, which kong ends by asking for an exit.
type leave int

// run is the whole program; it returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	c := newConsole(stdin, stdout, stderr, slices.Contains(args, "--no-color"))
	defer func() {
		switch p := recover().(type) {
		case nil:
		case leave:
			code = int(p)
		default:
			code = c.report(defect(p, debug.Stack()))
		}
	}()
	return c.report(dispatch(args, c))
}

func dispatch(args []string, c *console) error {
	cli := commands{globals: globals{console: c, typed: args}}
	parser, err := kong.New(&cli,
		kong.Name("rowrelay"),
		kong.Description("Carries the rows of a table that it may only read to a JMS broker, at least once."),
		kong.Writers(c.out.w, c.err.w),
		kong.Exit(func(code int) { panic(leave(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
	)
	if err != nil {
		return err
	}
	if len(args) > 0 && args[0] == "help" {
		args = append(args[1:], "--help")
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return c.usage(err)
	}
	if cli.Config != "" {
		c.out.file, c.err.file = quote(cli.Config), quote(cli.Config)
	}
	parsed.BindTo(context.Background(), (*context.Context)(nil))
	return parsed.Run(&cli.globals)
}

// usage is the answer to wrong flags or arguments. Who names no command is shown all of them.
func (c *console) usage(err error) error {
	next := "rowrelay --help"
	wrong, ok := errors.AsType[*kong.ParseError](err)
	if !ok || wrong.Context == nil {
		return &problem{exitUsage, err.Error(), next}
	}
	if command := wrong.Context.Selected(); command != nil {
		next = command.FullPath() + " --help"
	} else if strings.HasPrefix(err.Error(), "expected one of") { // kong's words for it, with five of the commands
		wrong.Context.Stdout = c.err.w
		_ = wrong.Context.PrintUsage(false)
		return &problem{exitUsage, "no command is named", "rowrelay COMMAND --help"}
	}
	return &problem{exitUsage, err.Error(), next}
}

// defect is a panic, told as an error: it is ours, whatever the user typed.
func defect(p any, stack []byte) error {
	return &problem{exitNo, fmt.Sprintf("a defect in rowrelay: %v\n%s", p, stack),
		"please report this with the output of rowrelay version; rows are safe, starting again is recovering"}
}

// recovered, deferred in a goroutine, makes its panic the error.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = defect(p, debug.Stack())
	}
}
