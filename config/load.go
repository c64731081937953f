package config

import (
	"path/filepath"
	"reflect"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Mode says what the file is read for.
type Mode int

// Run needs every variable and file. Offline reads on a machine that need not have them: what is
// missing is a warning, and its key holds no value.
const (
	Run Mode = iota
	Offline
)

// largestConfig bounds the file; the longest sensible one is a hundred times shorter.
const largestConfig = 1 << 20

// Load reads and checks a file. The File is nil only if it could not be read or is no YAML; it is
// to be used only if Complaints.Err is nil.
func Load(path string, env Environment, mode Mode) (*File, Complaints) {
	data, err := env.ReadFile(path)
	if err != nil {
		return nil, Complaints{{File: path, Text: "cannot be read: " + cause(err), Remedy: "name the file with -c, or make it readable for this account"}}
	}
	return Parse(path, data, env, mode)
}

// Parse is Load for content that was read already; name is what complaints call the file.
func Parse(name string, data []byte, env Environment, mode Mode) (*File, Complaints) {
	d := newDecoder(name, data, env, mode)
	root := d.parse(data)
	if root == nil {
		return nil, d.finish()
	}
	d.decode(root)
	(&checker{d}).check()
	d.file.hash = digest(d.file)
	return d.file, d.finish()
}

func newDecoder(name string, data []byte, env Environment, mode Mode) *decoder {
	return &decoder{
		text: newText(name, data), env: env, mode: mode, file: defaultFile(env),
		broken: map[string]bool{}, filled: map[string]bool{},
	}
}

// decode fills the File from the document.
func (d *decoder) decode(root *yaml.Node) {
	d.section(root, "", reflect.ValueOf(d.file).Elem())
	d.file.text, d.file.uses = func() *text { return d.text }, d.uses
}

// parse returns the one document of the file.
func (d *decoder) parse(data []byte) *yaml.Node {
	if len(data) > largestConfig {
		d.fail(mark{}, "is longer than 1MiB", "check that this is the file you mean")
		return nil
	}
	if at := d.notUTF8(); at.line > 0 {
		d.secrets = append(d.secrets, d.line(at.line)) // in UTF-16 no secret is known as one
		d.fail(at, "is no text in UTF-8", "save the file as UTF-8: an editor on Windows may have written it as UTF-16 or in a code page")
		return nil
	}
	var docs []yaml.Node
	if err := yaml.Load(data, &docs, yaml.WithAllDocuments()); err != nil {
		d.syntax(err)
		return nil
	}
	if len(docs) > 1 {
		d.fail(spot(&docs[1]), "a second document begins here; the file holds one", "remove the line ---, or keep the other document in another file")
	}
	if len(docs) == 0 || len(docs[0].Content) == 0 || isNull(docs[0].Content[0]) {
		d.fail(mark{}, "is empty", "begin with connections: and feeds:")
		return nil
	}
	return docs[0].Content[0]
}

// notUTF8 is the first place that is no UTF-8.
func (t *text) notUTF8() mark {
	for i, line := range t.lines {
		if at := strings.IndexRune(strings.ToValidUTF8(line, "\x00"), 0); at >= 0 && !utf8.ValidString(line) {
			return mark{i + 1, utf8.RuneCountInString(line[:at]) + 1}
		}
	}
	return mark{}
}

// finish adds snippets, takes secrets out of every text, and puts the complaints in order.
func (d *decoder) finish() Complaints {
	for i := range d.complaints {
		c := &d.complaints[i]
		c.Text, c.Remedy = scrub(c.Text, d.secrets), scrub(c.Remedy, d.secrets)
		if !c.Warning {
			c.Snippet = d.snippet(mark{c.Line, c.Column}, d.secrets)
		}
	}
	return d.complaints.sorted()
}

// Position is the line and column of a key's value by its dotted path, feeds.orders.sink.queue;
// where it is not written, of `defaults` or of the section that would hold it; 0, 0 if none is.
func (f *File) Position(path string) (line, column int) {
	m := f.text().at(path)
	return m.line, m.column
}

// Folder is the folder that the file lies in, as its name has it.
func (f *File) Folder() string { return filepath.Dir(f.text().name) }

// Complain makes a complaint about the value with the dotted path, for what only an expression's
// compiler or a connection can tell. line and column, both from 1, point to a character of the
// value's text, and are 0 where the whole value is meant. A value whose text is not in force as the
// file has it, because of a variable or an alias, is pointed to as a whole.
func (f *File) Complain(path string, line, column int, text, remedy string) Complaint {
	t := f.text()
	at := t.inside(path, line, column)
	return Complaint{File: t.name, Line: at.line, Column: at.column, Text: text, Snippet: t.snippet(at, nil), Remedy: remedy}
}
