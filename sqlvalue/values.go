package sqlvalue

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/rowrelay/rowrelay/record"
)

// reader turns a value's text, as the database writes it, into its one lexical form.
type reader func(text string) (record.Value, error)

// asIs keeps the text.
func asIs(kind record.Kind) reader {
	return func(text string) (record.Value, error) { return record.Value{Kind: kind, Text: text}, nil }
}

// readText reads what lib/pq hands out: text as string or bytes that it owns, or a small value that it decoded.
func readText(read reader) func(any) (record.Value, error) {
	return func(src any) (record.Value, error) {
		switch v := src.(type) {
		case string:
			return read(v)
		case []byte:
			return read(string(v))
		case int64:
			return read(strconv.FormatInt(v, 10))
		case bool:
			return read(strconv.FormatBool(v))
		}
		return record.Value{}, fmt.Errorf("the driver hands out a %T", src)
	}
}

// boolean takes t and f from arrays, true and false from elsewhere.
func boolean(text string) (record.Value, error) {
	switch text {
	case "t":
		text = "true"
	case "f":
		text = "false"
	}
	return record.Value{Kind: record.Boolean, Text: text}, nil
}

// float writes 1e+300 as XSD's 1E300. Digits are never touched: they are the shortest that are exact.
func float(text string) (record.Value, error) {
	switch strings.TrimPrefix(strings.ToLower(text), "+") {
	case "infinity", "inf":
		text = "INF"
	case "-infinity", "-inf":
		text = "-INF"
	}
	if mantissa, exponent, ok := strings.Cut(text, "e"); ok {
		n, err := strconv.Atoi(exponent)
		if err != nil {
			return record.Value{}, fmt.Errorf("%q is no float", text)
		}
		text = mantissa + "E" + strconv.Itoa(n)
	}
	return record.Value{Kind: record.Float, Text: text}, nil
}

// timetz completes an offset to hours and minutes, which XSD wants: 12:00:00+02 is 12:00:00+02:00.
func timetz(text string) (record.Value, error) {
	if at := strings.LastIndexAny(text, "+-"); at >= 0 && len(text)-at == len("+02") {
		text += ":00"
	}
	return record.Value{Kind: record.Time, Text: text}, nil
}

// bytea reads the hex text of an array's element; lib/pq has decoded a column's own (see rawBytes).
func bytea(text string) (record.Value, error) {
	digits, ok := strings.CutPrefix(text, `\x`)
	raw, err := hex.DecodeString(digits)
	if !ok || err != nil {
		return record.Value{}, errors.New("the text of bytes is not hexadecimal")
	}
	return record.Value{Kind: record.Bytes, Text: string(raw)}, nil
}
