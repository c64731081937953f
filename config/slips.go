package config

import (
	"regexp"
	"strings"
)

// broken is what a slip can be known by: the parser's words and the lines around.
type broken struct {
	says  string // the parser's message
	left  string // of the line that the parser points to, what stands before the place
	right string // and what stands there
	here  string // that line
	above string // the last line above that is neither empty nor a comment
}

// slip is a mistake that people make, how it is known, and what to do.
type slip struct {
	is     func(broken) bool
	above  bool // it was made in the line above
	text   string
	remedy string
}

var (
	tabbed       = regexp.MustCompile(`^ *\t`)
	bareInBraces = regexp.MustCompile(`[{\[].*[:,\[]\s*\$\{`) // a variable whose braces YAML takes for its own
	hardBlank    = regexp.MustCompile(`^\s*\x{a0}|:\x{a0}`)
	conflict     = regexp.MustCompile(`^(<{7}|={7}|>{7})( |$)`)
	keyed        = regexp.MustCompile(`:(\s|$)`)
	glued        = regexp.MustCompile(`^\s*(?:- +)*[A-Za-z_][\w.-]*:\S`)
	item         = regexp.MustCompile(`^\s*-\s`)
	braced       = regexp.MustCompile(`^\s*\{`)
	gluedDash    = regexp.MustCompile(`^\s*-[^\s\d-]`)
	valueBefore  = regexp.MustCompile(`^\s*(?:- +)*[^\s:]+:\s+\S`)
	closedBefore = regexp.MustCompile(`["'}\]]\s*$`)
	commented    = regexp.MustCompile(`\S\s+#`)
)

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

func (b broken) is(words ...string) bool {
	for _, w := range words {
		if strings.Contains(b.says, w) {
			return true
		}
	}
	return false
}

// keyless: the parser met a key where none could be, or none where one had to be.
func (b broken) keyless() bool {
	return b.is("mapping values are not allowed", "could not find expected ':'", "did not find expected key", "'-' indicator")
}

func says(words ...string) func(broken) bool { return func(b broken) bool { return b.is(words...) } }
func looks(p *regexp.Regexp) func(broken) bool {
	return func(b broken) bool { return p.MatchString(b.here) }
}

const (
	noColon = "no colon stands in this line"
	noDash  = "no dash stands here, and the line above is an item of a list"
)

// slips are tried in this order. The parser repeats an unknown anchor, which can be a password that begins with an asterisk:
// no text here repeats anything of the file.
var slips = []slip{
	{is: says("anchor", "alias"), text: "an alias names no anchor", remedy: "quote a value that begins with *"},
	{is: func(b broken) bool { return b.is("tab character") || tabbed.MatchString(b.here) }, text: "a tab stands in the indentation", remedy: "indent with spaces"},
	{is: looks(conflict), text: "the mark of a merge conflict", remedy: "settle the conflict and remove its marks"},
	{is: looks(hardBlank), text: "a no-break space, which YAML takes for a letter", remedy: "type the blanks of this line again"},
	{is: func(b broken) bool { return b.keyless() && hardBlank.MatchString(b.above) }, above: true,
		text: "a no-break space, which YAML takes for a letter", remedy: "type the blanks of this line again"},
	{is: says("cannot start any token"), text: "found character that cannot start any token", remedy: "quote a value that begins with @, ` or %"},
	{is: looks(bareInBraces), text: "a variable inside braces or brackets", remedy: `quote it: { user: "${NAME}" }`},
	{is: says("unknown escape"), text: `what follows the \ is no escape of double quotes`, remedy: `put the value in single quotes, in which \ is a character like others, or write \\`},
	{is: says("comment or line break"), text: "a value begins with | or >, which YAML takes for the head of a text below", remedy: "quote a value that begins with | or >"},
	{is: says("mapping keys are not allowed"), text: "a value begins with ?", remedy: "quote it"},
	{is: says("block sequence entries"), text: "a value begins with a dash", remedy: "quote it; where it is an item of a list, begin it on a line of its own"},
	{is: func(b broken) bool { return b.is("mapping values") && valueBefore.MatchString(b.left) }, text: "the value holds a colon and a blank",
		remedy: "quote the value"},
	{is: func(b broken) bool {
		return b.is("did not find expected") && closedBefore.MatchString(b.left) && strings.IndexAny(b.right, "}]") == 0
	},
		text: "this bracket closes nothing", remedy: "remove it, or quote the whole value"},
	{is: func(b broken) bool { return b.is("did not find expected") && closedBefore.MatchString(b.left) },
		text: "the value ends before this place, with its quote or bracket", remedy: `put the whole value in quotes, single ones where it holds double ones: 'status == "A"'`},
	{is: func(b broken) bool { return b.is("',' or '") },
		text: "neither a comma nor the closing bracket stands here", remedy: "put commas between what stands in brackets; a value there that holds a comma, a colon or a bracket stands in quotes"},
	{is: func(b broken) bool {
		return b.is("expected ':'") && glued.MatchString(b.here) && !keyed.MatchString(b.here)
	},
		text: "a blank is missing behind the colon", remedy: "write KEY: VALUE"},
	{is: func(b broken) bool {
		return b.is("expected ':'") && braced.MatchString(b.here) && item.MatchString(b.above)
	},
		text: noDash, remedy: "begin it with a dash and a blank, as the item above: - { to: ... }"},
	{is: says("expected ':'"), text: noColon, remedy: "write KEY: VALUE; what goes on with the value above is indented deeper than its key"},
	{is: func(b broken) bool { return b.keyless() && glued.MatchString(b.above) && !keyed.MatchString(b.above) }, above: true,
		text: "a blank is missing behind the colon", remedy: "write KEY: VALUE"},
	{is: func(b broken) bool { return b.keyless() && gluedDash.MatchString(b.here) }, text: "a blank is missing behind the dash", remedy: "begin an item with a dash and a blank"},
	{is: func(b broken) bool { return b.keyless() && gluedDash.MatchString(b.above) }, above: true,
		text: "a blank is missing behind the dash", remedy: "begin an item with a dash and a blank"},
	{is: func(b broken) bool { return b.is("mapping values") && b.above != "" && !keyed.MatchString(b.above) }, above: true,
		text: noColon, remedy: "write KEY: VALUE, and KEY: alone above a section"},
	{is: func(b broken) bool { return b.is("mapping values") && indentOf(b.here) > indentOf(b.above) },
		text:   "the line is indented deeper than the one above, which has its value already",
		remedy: "indent a key like its neighbours; quote a value of several lines that holds a colon and a blank"},
	{is: func(b broken) bool {
		return b.is("expected key") && indentOf(b.here) > indentOf(b.above) && commented.MatchString(b.above)
	}, above: true,
		text: "the value ends at the #, where a comment begins", remedy: "quote a value that holds a blank and a #, or that goes on in the next line"},
	{is: says("'-' indicator"), text: "the lines above are items of a list, and this is none", remedy: "begin an item with a dash and a blank; indent a key like the one that it belongs with"},
	{is: says("expected key", "<document start>"), text: "the line stands in no column of those above",
		remedy: "keys of one section, and the dashes of one list, stand in one column: it is this line that is indented wrongly, or the one above"},
}
