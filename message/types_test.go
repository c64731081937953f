package message_test

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/message"
	"github.com/rowrelay/rowrelay/record"
)

// typed is the text of a field of the type, with the scale if it is above 0.
func typed(t *testing.T, typ string, scale int, zone *time.Location, v record.Value) (string, error) {
	f := message.Field{To: ".", Source: from("v"), Type: typ}
	if scale >= 0 {
		f.Scale = &scale
	}
	got, err := body(t, message.Options{Zone: zone, Fields: []message.Field{f}}, row("v", v))
	return strings.TrimSuffix(strings.TrimPrefix(got, "<R>"), "</R>"), err
}

func TestTypesWriteTheirForm(t *testing.T) {
	num := func(s string) record.Value { return kind(record.Decimal, s) }
	at := func(s string) record.Value { return kind(record.DateTime, s) }
	for _, c := range []struct {
		typ  string
		in   record.Value
		want string
	}{
		{"", at("2026-09-01T12:03:07.12Z"), "2026-09-01T14:03:07.12+02:00"},
		{"string", at("2026-01-01T12:00:00Z"), "2026-01-01T13:00:00+01:00"},
		{"string", text(" a "), " a "},
		{"boolean", text(" 1 "), "true"}, {"boolean", kind(record.Integer, "0"), "false"}, {"boolean", kind(record.Boolean, "true"), "true"},
		{"integer", text(" +007 "), "7"}, {"integer", num("3.00"), "3"}, {"integer", num("99999999999999999999"), "99999999999999999999"},
		{"int", text("-2147483648"), "-2147483648"}, {"long", kind(record.Integer, "9223372036854775807"), "9223372036854775807"}, {"int", kind(record.Float, "1E3"), "1000"},
		{"decimal", num("10.50"), "10.50"}, {"decimal", text("0E-7"), "0.0000000"}, {"decimal", text("1E-7"), "0.0000001"}, {"decimal", text("-.5"), "-0.5"},
		{"decimal", text("1.25e3"), "1250"}, {"decimal", text("12.345E1"), "123.45"}, {"decimal", text("5."), "5"}, {"decimal", text("-0.0"), "0.0"},
		{"double", num("Infinity"), "INF"}, {"double", text("-1.5e+300"), "-1.5e+300"}, {"float", kind(record.Float, "NaN"), "NaN"}, {"float", kind(record.Integer, "1"), "1"},
		{"date", kind(record.Date, "2026-09-01"), "2026-09-01"}, {"date", at("2026-08-31T22:30:00Z"), "2026-09-01"}, {"date", text("2026-08-31T22:30:00"), "2026-08-31"},
		{"date", text("2026-08-31T22:30:00-05:00"), "2026-09-01"}, {"date", text("2024-02-29Z"), "2024-02-29Z"}, {"date", kind(record.Date, "-0044-03-15"), "-0044-03-15"},
		{"dateTime", at("2026-07-15T12:00:00.000001Z"), "2026-07-15T14:00:00.000001+02:00"}, {"dateTime", text("2026-07-15T12:00:00"), "2026-07-15T12:00:00+02:00"},
		{"dateTime", kind(record.Date, "2026-07-15"), "2026-07-15T00:00:00+02:00"}, {"dateTime", text("2026-12-31T24:00:00Z"), "2027-01-01T01:00:00+01:00"},
		{"dateTime", at("1800-01-01T00:00:00Z"), "1800-01-01T00:53:00+00:53"}, {"dateTime", at("-0001-12-31T23:30:00Z"), "0001-01-01T00:23:00+00:53"},
		{"dateTime", at("294276-12-31T23:59:59.999999Z"), "294277-01-01T00:59:59.999999+01:00"},
		{"time", kind(record.Time, "12:03:07.12"), "12:03:07.12"}, {"time", text("24:00:00"), "24:00:00"}, {"time", text("12:00:00+02:00"), "12:00:00+02:00"},
		{"duration", kind(record.Duration, "P1Y2M3DT4H5M6.7S"), "P1Y2M3DT4H5M6.7S"}, {"duration", kind(record.Duration, "P-1Y-2MT-3H"), "-P1Y2MT3H"}, {"duration", text("-PT1M"), "-PT1M"},
		{"base64Binary", kind(record.Bytes, "\x00\xff"), "AP8="}, {"base64Binary", text("AP8="), "AP8="}, {"hexBinary", kind(record.Bytes, "\x00\xff"), "00FF"}, {"hexBinary", text("00ff"), "00ff"},
		{"anyURI", text("urn:a?b&c"), "urn:a?b&amp;c"}, {"anyURI", text("http://[::1]:80/a%20b#c"), "http://[::1]:80/a%20b#c"},
	} {
		berlin, err := time.LoadLocation("Europe/Berlin")
		require.NoError(t, err)
		got, err := typed(t, c.typ, -1, berlin, c.in)
		require.NoError(t, err, "%s %v", c.typ, c.in)
		require.Equal(t, c.want, got, "%s %v", c.typ, c.in)
	}
}

func TestDateTimeIsWrittenInItsZone(t *testing.T) {
	for name, want := range map[string]string{
		"UTC": "2026-09-01T23:30:00Z", "Asia/Kolkata": "2026-09-02T05:00:00+05:30", "America/New_York": "2026-09-01T19:30:00-04:00", "America/St_Johns": "2026-09-01T21:00:00-02:30",
	} {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		for _, v := range []record.Value{kind(record.DateTime, "2026-09-01T23:30:00Z"), text("2026-09-02T01:30:00+02:00")} {
			got, err := typed(t, "dateTime", -1, zone, v)
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
	}
}

func TestDateTimeHasNoOffsetThatXSDHasNot(t *testing.T) {
	manila, err := time.LoadLocation("Asia/Manila") // 15:56 behind UTC until 1844
	require.NoError(t, err)
	for in, want := range map[string]string{"1800-01-01T12:00:00Z": "1800-01-01T12:00:00Z", "1800-01-01T12:00:00": "1800-01-02T03:56:08Z", "2026-01-01T12:00:00Z": "2026-01-01T20:00:00+08:00"} {
		got, err := typed(t, "dateTime", -1, manila, text(in))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestScaleNeverChangesAnAmount(t *testing.T) {
	for in, want := range map[string]string{"1": "1.00", "1.5": "1.50", "1.500000": "1.50", "-0": "0.00", "1E2": "100.00", "12E-1": "1.20"} {
		got, err := typed(t, "decimal", 2, nil, text(in))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	got, err := typed(t, "decimal", 0, nil, kind(record.Decimal, "7.000"))
	require.NoError(t, err)
	require.Equal(t, "7", got)
	_, err = typed(t, "decimal", 2, nil, kind(record.Decimal, "1.005"))
	requireFailure(t, record.Failure{Code: record.XMLType, Text: "field ., from v: the value has 3 digits after the point, scale allows 2"}, err)
}

func TestTypesRefuseWhatIsNotTheirs(t *testing.T) {
	for typ, values := range map[string][]record.Value{
		"boolean":      {text("yes"), text(""), text("TRUE"), kind(record.Float, "1")},
		"integer":      {text("1.0"), text("1e3"), text(""), text("a"), kind(record.Decimal, "3.5"), kind(record.Decimal, "NaN"), kind(record.Boolean, "true")},
		"int":          {text("2147483648")},
		"long":         {text("9223372036854775808")},
		"decimal":      {text(""), text("."), text("1,5"), text("1e"), text("1e9999"), text("--1"), text("0x10"), text("NaN"), kind(record.Decimal, "NaN"), kind(record.Float, "INF"), text("1_000")},
		"double":       {text("Infinity"), text("1e"), text("0x1p3"), text("nan"), text(""), text("1 e5")},
		"date":         {text("2026-02-29"), text("2026-9-1"), text("01.09.2026"), text("0000-01-01"), text("2026-09-01 10:00:00"), kind(record.Date, "infinity"), text("2026-09-01+15:00"), text("2026-09-01+02:60"), text("02026-09-01")},
		"dateTime":     {text("2026-09-01 10:00:00"), text("2026-09-01T10:00"), text("2026-09-01T25:00:00"), text("2026-09-01T24:00:01"), text("2026-09-01T10:00:00."), text("2026-09-01T10:00:60"), kind(record.DateTime, "-infinity"), kind(record.Time, "10:00:00")},
		"time":         {text("10:00"), text("25:00:00"), text(""), text("T10:00:00"), kind(record.DateTime, "2026-09-01T10:00:00Z")},
		"duration":     {text("P"), text("PT"), text("1Y"), text("P1.5Y"), text("P1D2M"), text("PT1.S"), text("--P1D"), kind(record.Duration, "P-1Y2M"), kind(record.Duration, "P1Y2M-3DT4H")},
		"base64Binary": {text("A"), text("AP8"), text("ä")},
		"hexBinary":    {text("0"), text("0g")},
		"anyURI":       {text("%zz"), text(":"), text("a#b#c"), text("?%"), text("?%4"), text("urn:"), text("?a[]=1"), kind(record.Integer, "1")},
		"string":       {kind(record.Bytes, "a"), list(text("a"))},
	} {
		for _, v := range values {
			got, err := typed(t, typ, -1, nil, v)
			require.Error(t, err, "%s %v is %s", typ, v, got)
			require.Equal(t, record.XMLType, err.(*record.Failure).Code)
		}
	}
}

func TestXMLIsEmbeddedAsItMeansToBe(t *testing.T) {
	for in, want := range map[string]string{
		"":                                 "",
		"just &lt;text&gt; é":              "just &lt;text&gt; é",
		"<a/><b>1</b>":                     "<a></a><b>1</b>",
		`<a x='"' y="&#10;&lt;"/>`:         `<a x="&quot;" y="&#10;&lt;"></a>`,
		"<a><![CDATA[<b> & ]]></a>":        "<a>&lt;b&gt; &amp; </a>",
		"<a>\U0001F600</a>":                "<a>&#x1F600;</a>",
		"<a>1<!-- <b> \U0001F600 -->2</a>": "<a>12</a>",
		`<p:a xmlns:p="urn:p" xmlns="urn:d"><p:b xmlns:q="urn:q" q:c="1"/></p:a>`: `<p:a xmlns:p="urn:p" xmlns="urn:d"><p:b xmlns:q="urn:q" q:c="1"></p:b></p:a>`,
		"\ufeff<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<a>ü</a>":         "\n<a>ü</a>",
		`<a xml:lang="de"/>`: `<a xml:lang="de"></a>`,
		"a\rb&#13;c":         "a\nb&#13;c",
	} {
		got, err := typed(t, "xml", -1, nil, text(in))
		require.NoError(t, err, in)
		require.Equal(t, want, got)
	}
}

func TestXMLKnowsThePrefixesOfTheMessage(t *testing.T) {
	o := message.Options{Namespaces: map[string]string{"o": "urn:o"}, Fields: []message.Field{{To: "x", Source: from("v"), Type: "xml"}}}
	got, err := body(t, o, row("v", text(`<o:a xsi:nil="true"/>`)))
	require.NoError(t, err)
	require.Equal(t, `<R xmlns:o="urn:o"`+xsi+`><x><o:a xsi:nil="true"></o:a></x></R>`, got)
}

func TestXMLThatIsNotWellFormedIsRefused(t *testing.T) {
	for _, in := range []string{
		"<a>", "</a>", "<a></b>", "<a><b></a></b>", "a & b", "a < b", "a ]]> b", "<a x=1/>", `<a x="1" x="2"/>`, `<a x="<"/>`, "<p:a/>", `<a p:x="1"/>`, "<a:b:c/>", "<:a/>", "<1/>",
		`<p:1 xmlns:p="urn:p"/>`, `<a xmlns:p="urn:p" xmlns:q="urn:p" p:x="1" q:x="2"/>`, `<p:a xmlns:p=""/>`, `<a xmlns:xml="urn:x"/>`, `<xmlns:a/>`, `<a xmlns:xmlns="urn:x"/>`,
		"<!DOCTYPE a><a/>", "<?php x ?>", "<a/><?xml version='1.0'?>", "&nbsp;", "&#0;", "<!-- -- -->", `<a xmlns:p="urn:p"/><p:b/>`, "<![CDATA[",
	} {
		_, err := typed(t, "xml", -1, nil, text(in))
		require.Error(t, err, in)
		require.Equal(t, record.XMLType, err.(*record.Failure).Code)
		require.NotContains(t, err.Error(), "nbsp", "the value is quoted")
	}
	_, err := typed(t, "xml", -1, nil, text("<a>\n<b>secret</c>"))
	requireFailure(t, record.Failure{Code: record.XMLType, Text: "field ., from v: the value is no well-formed XML: an element is closed that is not open, before line 2, column 14 of it"}, err)
}
