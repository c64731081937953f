package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sqlvalue"
)

// readRow reads a row from a JSON file: {"order_no": "A-1", "amount": "10.50", "note": null}. What it does not name is NULL.
func (v *viewer) readRow() (*record.Record, error) {
	text, err := os.ReadFile(v.Row)
	if err != nil {
		return nil, fmt.Errorf("read the row: %w", err)
	}
	var values map[string]any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber() // no number goes through a float
	if err := d.Decode(&values); err != nil {
		return nil, &problem{exitNo, fmt.Sprintf("%s is no JSON object: %v", v.Row, err), `write {"column": "value", ...}`}
	}
	r := &record.Record{Feed: v.Feed, Row: record.Row{Columns: v.columns, Values: make([]record.Value, len(v.columns))}}
	for i, c := range v.columns {
		value, given := values[c.Name]
		delete(values, c.Name)
		if r.Row.Values[i], err = v.jsonValue(value, c.Kind); err != nil || !given {
			r.Row.Values[i] = record.Value{Kind: c.Kind, Null: true}
		}
		if c.Name == v.file.Feeds[v.Feed].Source.Sequence {
			r.Seq, _ = strconv.ParseInt(r.Row.Values[i].Text, 10, 64) // 0 where the row names none
		}
		if c.Name == v.file.Feeds[v.Feed].Source.BusinessKey && !r.Row.Values[i].Null {
			r.Key = &r.Row.Values[i].Text
		}
		if err != nil {
			return nil, &problem{exitNo, fmt.Sprintf("%s: column %s: %v", v.Row, c.Name, err), "write a text, a number, true, false, null or a list"}
		}
	}
	for name := range values {
		return nil, &problem{exitNo, fmt.Sprintf("%s: the source has no column %q", v.Row, name), "it has " + columnList(v.columns)}
	}
	return r, nil
}

// jsonValue is a value of a column as JSON has it.
func (v *viewer) jsonValue(value any, kind record.Kind) (record.Value, error) {
	switch x := value.(type) {
	case nil:
		return record.Value{Kind: kind, Null: true}, nil
	case string:
		return v.asKind(x, kind)
	case json.Number:
		return v.asKind(x.String(), kind)
	case bool:
		return v.asKind(strconv.FormatBool(x), kind)
	case []any:
		list := record.Value{Kind: record.List}
		for _, item := range x {
			one, err := v.jsonValue(item, record.Text)
			if err != nil {
				return one, err
			}
			list.Items = append(list.Items, one)
		}
		return list, nil
	}
	return record.Value{}, fmt.Errorf("an object is no value")
}

// asKind reads a text as the source would have returned it.
func (v *viewer) asKind(text string, kind record.Kind) (record.Value, error) {
	if kind == record.List {
		return record.Value{}, errors.New("it is a list: write [ ]")
	}
	zone := v.file.Connections[v.file.Feeds[v.Feed].Source.Connection].Location()
	read, ok := sqlvalue.To(text, kind, zone)
	if !ok {
		return read, errors.New("this is no value of the column's type")
	}
	return read, nil
}
