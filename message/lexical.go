package message

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"regexp"
	"strings"

	"github.com/rowrelay/rowrelay/record"
)

// plainText is a value as its kind is written when no type asks for another form.
func plainText(f *format, v record.Value) (string, *fault) {
	switch v.Kind {
	case record.Decimal, record.Date, record.DateTime, record.Duration:
		if isUnbounded(v.Text) {
			return "", refuse(record.XMLType, "%s is no value of an XML %s", v.Text, xsdType(v.Kind))
		}
	}
	if v.Kind == record.DateTime {
		return dateTime(f, v)
	}
	return v.Text, nil
}

func asItIs(_ *format, v record.Value) (string, *fault) { return v.Text, nil }

func isUnbounded(s string) bool {
	switch s {
	case "NaN", "Infinity", "-Infinity", "infinity", "-infinity":
		return true
	}
	return false
}

func xsdType(k record.Kind) string {
	switch k {
	case record.Decimal:
		return "decimal"
	case record.Date:
		return "date"
	case record.Duration:
		return "duration"
	}
	return "dateTime"
}

// trim takes the blanks off that XML does not count to a value; CHAR(n) columns have them.
func trim(s string) string { return strings.Trim(s, " \t\r\n") }

func boolean(_ *format, v record.Value) (string, *fault) {
	switch trim(v.Text) {
	case "true", "1":
		return "true", nil
	case "false", "0":
		return "false", nil
	}
	return "", noValue("boolean")
}

func base64Text(_ *format, v record.Value) (string, *fault) {
	s := trim(v.Text)
	if _, err := base64.StdEncoding.Strict().DecodeString(s); err != nil { // which takes line ends, as XML does
		return "", noValue("base64Binary")
	}
	return s, nil
}

func hexText(_ *format, v record.Value) (string, *fault) {
	s := trim(v.Text)
	if _, err := hex.DecodeString(s); err != nil {
		return "", noValue("hexBinary")
	}
	return s, nil
}

func anyURI(_ *format, v record.Value) (string, *fault) {
	s := trim(v.Text)
	if !isURI(s) {
		return "", noValue("anyURI")
	}
	return s, nil
}

// badEscape is a percent sign that escapes nothing.
var badEscape = regexp.MustCompile(`%([^0-9A-Fa-f]|[0-9A-Fa-f][^0-9A-Fa-f]|.?$)`)

// isURI is stricter than url.Parse, which takes a#b#c, ?%, urn: and brackets that hold no host.
func isURI(s string) bool {
	u, err := url.Parse(s)
	return err == nil && !badEscape.MatchString(s) && strings.Count(s, "#") < 2 && !strings.EqualFold(s, u.Scheme+":") &&
		!strings.ContainsAny(strings.Replace(s, u.Host, "", 1), "[]")
}
