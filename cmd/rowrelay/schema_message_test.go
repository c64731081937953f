package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/testbed"
)

// save writes what was printed into a file beside the configuration.
func save(t *testing.T, config, name, text string) string {
	t.Helper()
	path := filepath.Join(filepath.Dir(config), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestSchemaMessageIsWhatPreviewSatisfies(t *testing.T) {
	path := newShop(t)
	got := rowrelay("schema", "message", "orders", "-c", path)
	require.Equal(t, exitOK, got.code, got.err)
	require.Empty(t, got.err)
	require.True(t, strings.HasPrefix(got.out, `<?xml version="1.0" encoding="UTF-8"?>`+"\n<xs:schema "), got.out)
	require.Contains(t, got.out, `<xs:attribute name="no" type="xs:string"/>`, "SQLite types single values")
	ours := save(t, path, "ours.xsd", got.out)
	got = rowrelay("preview", "orders", "--seq", "1..5", "--xsd", ours, "-c", path)
	require.Equal(t, exitNo, got.code, "row 3 would fail")
	require.Equal(t, 2, strings.Count(got.out, "\n      satisfies ours.xsd\n"), got.out)
	require.Equal(t, exitOK, rowrelay("preview", "orders", "--seq", "4", "--xsd", ours, "-c", path).code)
	got = rowrelay("preview", "orders", "--seq", "1..5", "--xsd", ours, "--xml", "-c", path)
	require.Equal(t, exitNo, got.code)
	require.Regexp(t, `^3 would be FAILED LOOKUP_NOT_FOUND: .*\nall 2 documents satisfy ours\.xsd\n$`, got.err)
}

func TestPreviewSaysWhatTheReceiversSchemaRefuses(t *testing.T) {
	path := newShop(t)
	schema := rowrelay("schema", "message", "orders", "-c", path).out
	theirs := save(t, path, "theirs.xsd", strings.NewReplacer(`name="Sku" type="xs:string"`, `name="Sku" type="xs:int"`, `name="Name"`, `name="Names"`).Replace(schema))
	got := rowrelay("preview", "orders", "--seq", "1..2", "--xsd", theirs, "-c", path)
	require.Equal(t, exitNo, got.code, got.out)
	require.Contains(t, got.out, "1  A-1   would be SENT   queue ERP.ORDERS  TextMessage")
	require.Regexp(t, `\n      does not satisfy theirs\.xsd: 1:\d+ /Order/Customer: unexpected child element \S*Name\n`, got.out)
	require.Regexp(t, `\n      does not satisfy theirs\.xsd: 1:\d+ /Order/Lines/Line/Sku: .*invalid`, got.out)
	require.Contains(t, got.out, "2  A-2   FILTERED")
	got = rowrelay("preview", "orders", "--seq", "1", "--xsd", theirs, "--xml", "-c", path)
	require.Equal(t, exitNo, got.code)
	require.Regexp(t, `^<\?xml [^\n]*</ord:Order>\n$`, got.out, "documents alone")
	require.Contains(t, got.err, "1 does not satisfy theirs.xsd: 1:")
	require.Contains(t, got.err, "\nno document satisfies theirs.xsd\n")
	got = rowrelay("preview", "orders", "--seq", "1..4", "--xsd", theirs, "--xml", "-c", path)
	require.Contains(t, got.err, "\n3 would be FAILED LOOKUP_NOT_FOUND: ")
	var asked struct{ Items []viewed }
	require.NoError(t, json.Unmarshal([]byte(rowrelay("preview", "orders", "--seq", "1", "--xsd", theirs, "-o", "json", "-c", path).out), &asked))
	require.GreaterOrEqual(t, len(asked.Items[0].Invalid), 3, "the name, and the sku of each line")
}

func TestPreviewRefusesASchemaThatIsNone(t *testing.T) {
	path := newShop(t)
	for text, want := range map[string]string{
		"<a/>": "this is no sound XSD 1.0: ",
		`<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a"><xs:simpleType><xs:restriction base="xs:string"><xs:pattern value="\i\c*"/></xs:restriction></xs:simpleType></xs:element></xs:schema>`: "xmllint --noout --schema ",
	} {
		got := rowrelay("preview", "orders", "--xsd", save(t, path, "bad.xsd", text), "-c", path)
		require.Equal(t, exitUsage, got.code)
		require.Contains(t, got.err, want)
		require.Contains(t, got.err, "bad.xsd")
	}
	require.Contains(t, rowrelay("preview", "orders", "--xsd", path, "--against", path, "-c", path).err, "--xsd and --against exclude each other")
}

func TestSeveralNamespacesAreSeveralDocuments(t *testing.T) {
	path := newShop(t, `namespaces: { ord: "urn:acme:orders:v2" }`, `namespaces: { ord: "urn:acme:orders:v2", cus: "urn:acme:customers" }`, "ord:Customer/ord:Name", "cus:Customer/cus:Name")
	got := rowrelay("schema", "message", "orders", "-c", path)
	require.Equal(t, exitUsage, got.code)
	require.Empty(t, got.out)
	require.Contains(t, got.err, "the messages of orders have names of 2 namespaces, and each has an XSD of its own")
	require.Regexp(t, `→ rowrelay -c \S+ schema message orders --out DIR writes them; the others are imported by orders\.xsd`, got.err)
	out := filepath.Join(filepath.Dir(path), "xsd")
	got = rowrelay("schema", "message", "orders", "--out", out, "-c", path)
	require.Equal(t, exitOK, got.code, got.err)
	require.Equal(t, filepath.Join(out, "orders.xsd")+"\n"+filepath.Join(out, "orders-cus.xsd")+"\n", got.out)
	got = rowrelay("preview", "orders", "--seq", "1", "--xsd", filepath.Join(out, "orders.xsd"), "-c", path)
	require.Equal(t, exitOK, got.code, got.out)
	require.Contains(t, got.out, "<cus:Name>Müller")
	var printed struct{ Items []described }
	got = rowrelay("schema", "message", "orders", "-o", "json", "-c", path)
	require.NoError(t, json.Unmarshal([]byte(got.out), &printed), got.err)
	require.Equal(t, []string{"orders.xsd urn:acme:orders:v2", "orders-cus.xsd urn:acme:customers"},
		[]string{printed.Items[0].File + " " + printed.Items[0].Namespace, printed.Items[1].File + " " + printed.Items[1].Namespace})
	written, err := os.ReadFile(filepath.Join(out, "orders-cus.xsd"))
	require.NoError(t, err)
	require.Equal(t, string(written), printed.Items[1].XSD)
}

func TestSchemaMessageExits(t *testing.T) {
	path := newShop(t)
	got := rowrelay("schema", "message", "ordres", "-c", path)
	require.Equal(t, exitUsage, got.code)
	require.Contains(t, got.err, "feeds are: orders")
	typed := newShop(t, "from: amount, type: decimal, scale: 2 }", `from: amount }`+"\n"+`        - { to: ord:Amount/@xsi:type, value: "xs:decimal" }`)
	got = rowrelay("schema", "message", "orders", "-c", typed)
	require.Equal(t, exitNo, got.code)
	require.Contains(t, got.err, "feeds.orders.message.fields[2] writes xsi:type")
	require.Equal(t, exitConfig, rowrelay("schema", "message", "orders", "-c", newShop(t, "from: order_no, required", "from: order_number, required")).code)
	require.NoError(t, os.Remove(filepath.Join(filepath.Dir(path), "erp.db")))
	require.Equal(t, exitAway, rowrelay("schema", "message", "orders", "-c", path).code)
}

// TestSchemaMessageOnPostgreSQL has columns of many types, no mapping, and two validators that look at the messages.
func TestSchemaMessageOnPostgreSQL(t *testing.T) {
	testbed.Require(t, testbed.XMLLint)
	r := newReal(t)
	r.Exec(t, `DROP TABLE orders`)
	r.Exec(t, `CREATE TABLE orders (order_seq bigint PRIMARY KEY, "Odd Name" text, i int, n numeric, s numeric(10,2), f float8, b boolean, raw bytea, d date, ts timestamp, tz timestamptz,
		t time, ttz timetz, iv interval, j jsonb, tags text[], grid int[], u uuid)`)
	r.Exec(t, `INSERT INTO orders VALUES (1, '<x>', 1, 1.5, 2, 'Infinity', true, '\x00ff', '2026-09-01', '2026-09-01 12:00', '2026-09-01 12:00+02', '24:00', '12:00+02', '1 year -2 days', '{"a":1}', '{a,NULL}', '{{1,2},{3,4}}', gen_random_uuid()),
		(2, '', -1, 0, 0.10, 1e-7, false, '', '0044-03-15 BC', '0044-03-15 00:00 BC', '294276-01-01', '12:00:00.5', '12:00:00+15:59:30', '-1 hour', '[]', '{}', '{1}', NULL)`)
	r.Exec(t, `INSERT INTO orders (order_seq) VALUES (3)`)
	r.Exec(t, `GRANT SELECT ON orders TO "`+r.reader.Name+`"`)
	path := r.file(t, "order_seq", r.reader.Password)
	got := rowrelay("schema", "message", "orders", "-c", path)
	require.Equal(t, exitOK, got.code, got.err)
	for column, want := range map[string]string{"order_seq": "xs:integer", "i": "xs:integer", "n": "xs:decimal", "f": "xs:double", "b": "xs:boolean", "raw": "xs:base64Binary", "d": "xs:date",
		"ts": "xs:dateTime", "tz": "xs:dateTime", "t": "tType", "iv": "ivType", "j": "xs:string", "Odd_x0020_Name": "xs:string"} {
		require.Contains(t, got.out, `<xs:element name="`+column+`" type="`+want+`" minOccurs="0"/>`)
	}
	schema, dir := save(t, path, "ours.xsd", got.out), t.TempDir()
	got = rowrelay("preview", "orders", "--xsd", schema, "--out", dir, "-c", path)
	require.Equal(t, exitOK, got.code, got.out)
	require.Equal(t, "3 documents in "+dir+"\n", got.out)
	require.Equal(t, "all 3 documents satisfy ours.xsd\n", got.err)
	out, err := exec.CommandContext(t.Context(), "xmllint", "--noout", "--schema", schema, filepath.Join(dir, "1.xml"), filepath.Join(dir, "2.xml"), filepath.Join(dir, "3.xml")).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Equal(t, 3, strings.Count(string(out), " validates\n"))
}

func TestALargeDocumentIsCheckedWhole(t *testing.T) {
	schema := save(t, filepath.Join(t.TempDir(), "x"), "s.xsd", `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a"><xs:complexType mixed="true"><xs:sequence><xs:any processContents="skip" minOccurs="0"/></xs:sequence></xs:complexType></xs:element></xs:schema>`)
	engine, err := readSchema(schema)
	require.NoError(t, err)
	long, deep := strings.Repeat("x", 5<<20), strings.Repeat("<b>", 999)+strings.Repeat("</b>", 999)
	require.Empty(t, violations(engine, "<a>"+long+deep+"</a>"))
	require.Len(t, violations(engine, "<a>"+long+"<b/><c/></a>"), 1)
	require.Len(t, violations(engine, `<a x="`+long+`"/>`), 1)
}
