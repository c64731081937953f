package sqlvalue

import (
	"fmt"
	"strings"

	"github.com/rowrelay/rowrelay/record"
)

// array reads PostgreSQL's text of an array: {1,NULL,"a b"}, with bounds before it where they do not
// begin at 1: [2:3]={1,2}. Bounds are not carried.
func array(kind record.Kind, delimiter byte, read reader) reader {
	return func(text string) (record.Value, error) {
		body := text
		if strings.HasPrefix(text, "[") {
			_, body, _ = strings.Cut(text, "=")
		}
		p := arrayParser{rest: body, kind: kind, delimiter: delimiter, read: read}
		v, err := p.list()
		if err == nil && p.rest != "" {
			err = errArray
		}
		return v, err
	}
}

var errArray = fmt.Errorf("the text of an array does not end where it should")

type arrayParser struct {
	rest      string
	kind      record.Kind
	delimiter byte
	read      reader
}

func (p *arrayParser) list() (record.Value, error) {
	v := record.Value{Kind: record.List}
	if !p.skip('{') {
		return v, errArray
	}
	if p.skip('}') {
		return v, nil
	}
	for {
		item, err := p.item()
		if err != nil {
			return v, err
		}
		v.Items = append(v.Items, item)
		if p.skip('}') {
			return v, nil
		}
		if !p.skip(p.delimiter) {
			return v, errArray
		}
	}
}

func (p *arrayParser) item() (record.Value, error) {
	switch {
	case strings.HasPrefix(p.rest, "{"):
		return p.list()
	case p.skip('"'):
		text, err := p.quoted()
		if err != nil {
			return record.Value{}, err
		}
		return p.read(text)
	}
	end := strings.IndexAny(p.rest, string(p.delimiter)+"}")
	if end < 0 {
		return record.Value{}, errArray
	}
	text := p.rest[:end]
	p.rest = p.rest[end:]
	if text == "NULL" {
		return record.Value{Kind: p.kind, Null: true}, nil
	}
	return p.read(text)
}

// quoted reads up to the closing quote; a backslash takes the next byte as it is.
func (p *arrayParser) quoted() (string, error) {
	var b strings.Builder
	for {
		at := strings.IndexAny(p.rest, `"\`)
		if at < 0 || at+1 == len(p.rest) {
			return "", errArray
		}
		b.WriteString(p.rest[:at])
		if p.rest[at] == '"' {
			p.rest = p.rest[at+1:]
			return b.String(), nil
		}
		b.WriteByte(p.rest[at+1])
		p.rest = p.rest[at+2:]
	}
}

func (p *arrayParser) skip(c byte) bool {
	if p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}
