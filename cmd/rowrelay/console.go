package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"golang.org/x/term"

	"github.com/rowrelay/rowrelay/config"
)

// console is where a command speaks: the result goes to out, all else to err.
type console struct {
	stdin    io.Reader
	in       *bufio.Reader // of stdin, and one for all questions: what it has read ahead is the next answer
	out, err *voice
	asking   bool // a person sits at in and err, so a question can be answered
}

// voice is one output stream and what it can show.
type voice struct {
	w      io.Writer
	colour bool
	glyphs bool   // false: [ok] [warn] [fail] stand for the marks
	file   string // as -c named it, quoted for a shell; empty if it did not
}

func newConsole(stdin io.Reader, stdout, stderr io.Writer, noColor bool) *console {
	return &console{
		stdin:  stdin,
		in:     bufio.NewReader(stdin),
		out:    newVoice(stdout, noColor),
		err:    newVoice(stderr, noColor),
		asking: isTerminal(stdin) && isTerminal(stderr),
	}
}

func newVoice(w io.Writer, noColor bool) *voice {
	terminal := isTerminal(w)
	plain := noColor || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb"
	return &voice{w: w, colour: terminal && !plain, glyphs: terminal && isUTF8()}
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// isUTF8 reads the locale as POSIX orders it: the first variable that is set decides.
func isUTF8() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(os.Getenv(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return false
}

// A mark says at the beginning of a line how things stand: by word or shape, and by colour.
type mark struct{ glyph, word, colour string }

var (
	good = mark{"✓", "[ok]", "32"}
	warn = mark{"⚠", "[warn]", "33"}
	bad  = mark{"✗", "[fail]", "31"}
)

// shown is the mark as the stream can show it, without colour.
func (m mark) shown(v *voice) string {
	if v.glyphs {
		return m.glyph
	}
	return m.word
}

func (v *voice) mark(m mark) string { return v.paint(m.colour, m.shown(v)) }

// paint wraps s into an SGR colour where the stream shows colours.
func (v *voice) paint(sgr, s string) string {
	if !v.colour {
		return s
	}
	return "\x1b[" + sgr + "m" + s + "\x1b[0m"
}

// bold and faint are for headings and for hints.
func (v *voice) bold(s string) string  { return v.paint("1", s) }
func (v *voice) faint(s string) string { return v.paint("2", s) }

func (v *voice) printf(format string, args ...any) {
	fmt.Fprint(v.w, v.repeatFile(fmt.Sprintf(format, args...)))
}

// suggested finds the commands that a text tells the user to type.
var suggested = regexp.MustCompile(`\browrelay (run|check|status|failed|preview|schema|retry|rewind|reconcile)\b`)

// repeatFile adds the -c that the user typed to every suggested command: typed without it, it would
// act on another store.
func (v *voice) repeatFile(text string) string {
	if v.file == "" || strings.Contains(text, " -c ") {
		return text
	}
	return suggested.ReplaceAllString(text, "rowrelay -c "+strings.ReplaceAll(v.file, "$", "$$")+" $1")
}

// json writes a document for programs. HTML is not escaped: nobody shows it in a page unread.
func (v *voice) json(document any) error {
	e := json.NewEncoder(v.w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(document)
}

// marks are the stream's marks as config prints complaints with them.
func (v *voice) marks() config.Marks {
	return config.Marks{OK: v.mark(good), Warn: v.mark(warn), Fail: v.mark(bad)}
}
