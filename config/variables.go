package config

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Environment is what a file may refer to outside itself.
type Environment struct {
	Lookup   func(name string) (string, bool)  // environment variables
	ReadFile func(path string) ([]byte, error) // ${file:...} and TLS files
	Hostname string                            // the default of `instance`
	Folder   string                            // where the SQLite store is made when the file names none
	Here     string                            // the working directory, in which relative paths begin; empty: not known
}

// Process is the environment of this process: its variables, its files, $STATE_DIRECTORY or the
// working directory.
func Process() Environment {
	host, err := os.Hostname()
	if err != nil {
		host = "relay-1"
	}
	folder, _, _ := strings.Cut(os.Getenv("STATE_DIRECTORY"), ":") // systemd lists several with colons
	if absolute, err := filepath.Abs(folder); err == nil {
		folder = absolute
	}
	here, _ := os.Getwd() // not known where it was removed
	return Environment{Lookup: os.LookupEnv, ReadFile: readFile, Hostname: host, Folder: folder, Here: here}
}

// readFile reads no more than tells that a file is too large: a mistyped path may name an endless one.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, largestConfig+1))
}

// largestFile bounds what ${file:...} reads; secrets are short.
const largestFile = 64 << 10

var variable = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_]*)(?:(:[-?])((?s:.*)))?$`)

// filling is one scalar with its variables filled in.
type filling struct {
	text     string
	refs     []string // as written, without defaults and messages: ${NAME}
	files    []string // that ${file:...} names
	defaults []string // texts after :-, secrets where the scalar is one
	absent   []absence
	faults   []fault
}

// absence is a reference to what is not there now, but may be where the daemon runs.
type absence struct{ ref, why string }

// fill replaces ${...}; $${ stands for ${, and any other $ for itself.
func (e Environment) fill(s string) filling {
	var f filling
	var out strings.Builder
	for {
		i := strings.Index(s, "${")
		if i < 0 {
			break
		}
		if i > 0 && s[i-1] == '$' {
			out.WriteString(s[:i-1] + "${")
			s = s[i+2:]
			continue
		}
		out.WriteString(s[:i])
		body, rest, closed := strings.Cut(s[i+2:], "}")
		if !closed || strings.Contains(body, "${") {
			f.faults = append(f.faults, fault{"${", "has no } of its own after it", "write ${NAME}, or $${ for the two characters themselves; variables do not nest"})
			return f
		}
		out.WriteString(e.resolve(body, &f))
		s = rest
	}
	f.text = out.String() + s
	return f
}

func (e Environment) resolve(body string, f *filling) string {
	if path, ok := strings.CutPrefix(body, "file:"); ok {
		return e.file(path, f)
	}
	if strings.HasPrefix(body, "cred:") {
		f.faults = append(f.faults, fault{"${cred:...}", "is planned, not in this version", "use ${file:/path} or ${NAME}"})
		return ""
	}
	m := variable.FindStringSubmatch(body)
	if m == nil {
		f.faults = append(f.faults, fault{"${...}", "holds no name of a variable", "write ${NAME}, ${NAME:-default}, ${NAME:?message} or ${file:/path}; $${ stands for ${ itself"})
		return ""
	}
	return e.name(m[1], m[2], m[3], f)
}

// name follows the shell: after :- and :? an empty variable is as good as none.
func (e Environment) name(name, operator, rest string, f *filling) string {
	ref := "${" + name + "}"
	f.refs = append(f.refs, ref)
	value, set := e.Lookup(name)
	switch {
	case set && (value != "" || operator == ""):
		return value
	case operator == ":-":
		f.defaults = append(f.defaults, rest)
		return rest
	case operator == ":?":
		f.absent = append(f.absent, absence{ref, "is not set: " + rest})
	default:
		f.absent = append(f.absent, absence{ref, "is not set"})
	}
	return ""
}

func (e Environment) file(path string, f *filling) string {
	ref := "${file:" + path + "}"
	if !filepath.IsAbs(path) {
		f.faults = append(f.faults, fault{ref, "is no absolute path", "write ${file:/path}"})
		return ""
	}
	f.refs = append(f.refs, ref)
	f.files = append(f.files, path)
	data, err := e.ReadFile(path)
	if err != nil {
		f.absent = append(f.absent, absence{ref, "cannot be read: " + cause(err)})
		return ""
	}
	if len(data) > largestFile {
		f.faults = append(f.faults, fault{ref, "is larger than 64KiB", "name a file that holds the value alone"})
		return ""
	}
	text := strings.TrimSuffix(string(data), "\n")
	return strings.TrimSuffix(text, "\r")
}

// cause is the reason without the path, which the complaint names already.
func cause(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err.Error()
	}
	return err.Error()
}
