package process

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sqlvalue"
)

// maxNesting bounds how deep objects and lists stand in each other.
const maxNesting = 100

// fromJSON reads one JSON value exactly: no number goes through a float. An object is a row that has every name, NULL for those that are
// not there.
func fromJSON(text []byte) (record.Value, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	v, err := jsonValue(d, 0)
	if err != nil {
		return v, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return v, errors.New("something stands behind its end")
	}
	return v, nil
}

func jsonValue(d *json.Decoder, depth int) (record.Value, error) {
	token, err := d.Token()
	if err != nil {
		return record.Value{}, brokenJSON(d, err)
	}
	switch t := token.(type) {
	case json.Delim:
		if depth == maxNesting {
			return record.Value{}, fmt.Errorf("more than %d objects and lists stand in each other", maxNesting)
		}
		if t == '[' {
			return jsonList(d, depth+1)
		}
		return jsonObject(d, depth+1)
	case json.Number:
		return jsonNumber(t.String())
	case string:
		return record.Value{Text: strings.ToValidUTF8(t, "\uFFFD")}, nil
	case bool:
		return record.Value{Kind: record.Boolean, Text: fmt.Sprint(t)}, nil
	}
	return record.Value{Null: true}, nil
}

// brokenJSON says where, without a word of the answer.
func brokenJSON(d *json.Decoder, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("it ends too early")
	}
	return fmt.Errorf("it is broken at byte %d", d.InputOffset())
}

func jsonNumber(text string) (record.Value, error) {
	kind := record.Integer
	if strings.ContainsAny(text, ".eE") {
		kind = record.Decimal
	}
	v, ok := sqlvalue.To(text, kind, nil)
	if !ok {
		return v, errors.New("a number in it is too long")
	}
	return v, nil
}

func jsonList(d *json.Decoder, depth int) (record.Value, error) {
	list := record.Value{Kind: record.List, Items: []record.Value{}}
	for d.More() {
		item, err := jsonValue(d, depth)
		if err != nil {
			return list, err
		}
		list.Items = append(list.Items, item)
	}
	if _, err := d.Token(); err != nil {
		return list, brokenJSON(d, err)
	}
	return list, nil
}

// jsonObject: of a name that stands twice the last one counts, as in most readers of JSON.
func jsonObject(d *json.Decoder, depth int) (record.Value, error) {
	row := &record.Row{Loose: true}
	at := map[string]int{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return record.Value{}, brokenJSON(d, err)
		}
		v, err := jsonValue(d, depth)
		if err != nil {
			return v, err
		}
		column := record.Column{Name: name.(string), Kind: v.Kind} // the decoder has seen to it
		if i, twice := at[column.Name]; twice {
			row.Columns[i], row.Values[i] = column, v
			continue
		}
		at[column.Name] = len(row.Columns)
		row.Columns, row.Values = append(row.Columns, column), append(row.Values, v)
	}
	if _, err := d.Token(); err != nil {
		return record.Value{}, brokenJSON(d, err)
	}
	return record.Value{Kind: record.Object, Row: row}, nil
}
