package config

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// scalar decodes a single value after its variables are filled in. The text takes the key's type,
// quoted or not, and is not parsed as YAML again.
func (d *decoder) scalar(n *yaml.Node, path string, v reflect.Value) {
	at := spot(n)
	if n.Kind == yaml.ScalarNode && !strings.Contains(n.Value, "${") {
		d.plain[path] = n
	}
	n = target(n)
	switch {
	case n.Kind != yaml.ScalarNode:
		d.refuse(path, at, last(path)+" must be a single value, not a list or a section", "write it behind the colon, on one line")
		return
	case isNull(n) && n.Anchor != "":
		d.refuse(path, at, last(path)+" has no value but an anchor", "quote a value that begins with &")
		return
	case isNull(n):
		d.refuse(path, at, last(path)+" has no value", "give it one, or remove the line")
		return
	case !strings.HasPrefix(n.Tag, "!!"):
		d.refuse(path, at, last(path)+" carries a YAML tag", "quote a value that begins with !")
		return
	}
	d.doubt(n, path, v.Type() == reflect.TypeFor[Secret]())
	d.filledIn(n.Value, path, at, v)
}

func (d *decoder) filledIn(written, path string, at mark, v reflect.Value) {
	f := d.env.fill(written)
	d.remember(f, v)
	if len(f.refs) > 0 {
		d.filled[path] = true
	}
	if d.unresolved(f, path, at) {
		return
	}
	if err := set(v, f.text); err != nil {
		d.refuse(path, at, last(path)+": "+shown(err, f.refs)+" "+err.why, advice(err, f.refs))
	}
}

// remember keeps what a filling teaches: the files to watch, and what must not be shown.
func (d *decoder) remember(f filling, v reflect.Value) {
	for _, path := range f.files {
		if !slices.Contains(d.uses, path) {
			d.uses = append(d.uses, path)
		}
	}
	if v.Type() == reflect.TypeFor[Secret]() {
		d.secrets = append(append(d.secrets, f.text), f.defaults...)
	}
}

// unresolved complains about every variable that could not be filled in.
func (d *decoder) unresolved(f filling, path string, at mark) bool {
	for _, one := range f.faults {
		d.refuse(path, at, last(path)+": "+one.value+" "+one.why, one.remedy)
	}
	for _, one := range f.absent {
		d.broken[path] = true
		if d.mode == Offline {
			d.warn(at, here(one), "")
			d.complaints[len(d.complaints)-1].Absent = path
			continue
		}
		d.fail(at, one.ref+" "+one.why, "every variable and file must be there when rowrelay runs, such as by set -a; . ./rowrelay.env; set +a")
	}
	return len(f.faults)+len(f.absent) > 0
}

// here words an absence for a machine on which the daemon need not run.
func here(a absence) string {
	why, told, _ := strings.Cut(a.why, ": ")
	if why == "is not set" && told != "" { // by whoever wrote the file
		return a.ref + " is not set here: " + told + " (needed by run)"
	}
	return a.ref + " " + why + " here (needed by run)"
}

// shown never shows what came from a variable: it may be a secret in the wrong place.
func shown(f *fault, refs []string) string {
	if len(refs) > 0 {
		return "the value of " + strings.Join(refs, " and ")
	}
	return quote(f.value)
}

func advice(f *fault, refs []string) string {
	if len(refs) > 0 && strings.Contains(f.remedy, f.value) {
		return "set " + strings.Join(refs, " and ") + " to what docs/config.md says of this key"
	}
	return f.remedy
}

// set gives the text to v in v's own type.
func set(v reflect.Value, text string) *fault {
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return setText(u, text)
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		if text != "true" && text != "false" {
			return &fault{text, "is neither true nor false", "write true or false"}
		}
		v.SetBool(text == "true")
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil || (len(text) > 1 && strings.TrimLeft(text, "+-")[0] == '0') {
			return &fault{text, "is no whole number", "write it in plain digits: 16, without a zero in front"}
		}
		v.SetInt(int64(n))
	case reflect.Float64:
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return &fault{text, "is no number", "write it in plain digits: 0.5"}
		}
		v.SetFloat(x)
	default:
		panic(fmt.Sprintf("config: a key of type %s cannot be written", v.Type()))
	}
	return nil
}

func setText(u encoding.TextUnmarshaler, text string) *fault {
	err := u.UnmarshalText([]byte(text))
	if err == nil {
		return nil
	}
	return err.(*fault) // every type of this package complains so
}
