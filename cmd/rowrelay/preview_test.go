package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/database"
)

// shop is a source with orders, their lines and customers, and a file that maps them; there is no broker at all.
const shop = `
connections:
  erp: { url: "sqlite:DIR/erp.db" }
  mq: { url: "stomp://127.0.0.1:1" }
store: { id: acme }
feeds:
  orders:
    source: { connection: erp, table: orders, sequence: order_seq, business_key: order_no, start: first, where: "status <> 'HIDDEN'" }
    process:
      - filter: status in ["RELEASED", "CHANGED"]
        name: released only
      - lookup: { into: customer, connection: erp, rows: one, sql: "SELECT name, blocked FROM customers WHERE id = :customer_id" }
      - lookup: { into: lines, connection: erp, rows: many, sql: "SELECT line_no, sku, qty FROM lines WHERE order_seq = :order_seq ORDER BY line_no" }
        when: status != "CHANGED"
    message:
      root: ord:Order
      namespaces: { ord: "urn:acme:orders:v2" }
      type: { value: Order.v2 }
      correlation_id: { from: order_no }
      properties: { orderStatus: { from: status } }
      fields:
        - { to: ord:Number, from: order_no, required: true }
        - { to: ord:Amount, from: amount, type: decimal, scale: 2 }
        - { to: ord:Customer/ord:Name, from: customer.name, max_length: 80 }
        - { to: ord:Lines/ord:Line, each: lines, as: line, fields: [{ to: "@no", from: line.line_no }, { to: ord:Sku, from: line.sku }] }
    sink: { connection: mq, queue: ERP.ORDERS }
    tests:
      - name: two decimals
        row: { order_seq: 2, order_no: A-2, customer_id: C7, status: RELEASED, amount: "10.5" }
        lookups: { customer: { name: Nord AG }, lines: [{ line_no: 1, sku: X }, { line_no: 2, sku: Y }] }
        expect: { outcome: SENT, message: { "ord:Order/ord:Amount": "10.50", "ord:Order/ord:Lines/ord:Line[2]/@no": "2", "ord:Order/ord:Note": null }, properties: { orderStatus: RELEASED } }
      - name: drafts stay
        row: { order_seq: 3, order_no: A-3, status: DRAFT }
        expect: { outcome: FILTERED }
      - name: nobody ordered it
        row: { order_seq: 4, order_no: A-4, customer_id: C9, status: RELEASED }
        expect: { error: LOOKUP_NOT_FOUND }
`

// newShop writes the file and the database, and returns the file's path.
func newShop(t *testing.T, edit ...string) string {
	t.Helper()
	dir := t.TempDir()
	db, err := database.Open(database.Options{Name: "erp", URL: "sqlite:" + filepath.Join(dir, "erp.db")})
	require.NoError(t, err)
	defer db.Close()
	db.MustExec(`CREATE TABLE orders (order_seq integer PRIMARY KEY, order_no text, customer_id text, status text, amount text);
		CREATE TABLE customers (id text PRIMARY KEY, name text, blocked integer);
		CREATE TABLE lines (order_seq integer, line_no integer, sku text, qty integer);
		INSERT INTO customers VALUES ('C7', 'Müller & Söhne', 0);
		INSERT INTO orders VALUES (1, 'A-1', 'C7', 'RELEASED', '10.5'), (2, 'A-2', 'C7', 'DRAFT', '1'), (3, 'A-3', 'C9', 'RELEASED', '2'),
			(4, 'A-4', 'C7', 'CHANGED', '3'), (5, 'A-5', 'C7', 'HIDDEN', '4');
		INSERT INTO lines VALUES (1, 1, 'X', 3), (1, 2, 'Y', 1), (4, 1, 'Z', 1)`)
	text := strings.NewReplacer(append([]string{"DIR", dir}, edit...)...).Replace(shop)
	path := filepath.Join(dir, "rowrelay.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestPreviewShowsFinishedMessagesAndTouchesNothing(t *testing.T) {
	path := newShop(t)
	t.Chdir(filepath.Dir(path))
	got := rowrelay("preview", "orders", "--limit", "4", "-c", path)
	require.Equal(t, exitNo, got.code, "a row would fail")
	require.Contains(t, got.err, "Reads orders after 0, where the feed will begin. Nothing is sent, nothing is recorded.")
	require.Contains(t, got.out, "1  A-1   would be SENT   queue ERP.ORDERS  TextMessage")
	require.Contains(t, got.out, "released only ok · customer 1 row")
	require.Contains(t, got.out, "dedupId=acme.orders.1  JMSCorrelationID=A-1  JMSType=Order.v2  persistent  orderStatus=RELEASED")
	require.Contains(t, got.out, `<ord:Order xmlns:ord="urn:acme:orders:v2"><ord:Number>A-1</ord:Number><ord:Amount>10.50</ord:Amount>`+
		`<ord:Customer><ord:Name>Müller &amp; Söhne</ord:Name></ord:Customer><ord:Lines><ord:Line no="1"><ord:Sku>X</ord:Sku></ord:Line><ord:Line no="2">`)
	require.Contains(t, got.out, `2  A-2   FILTERED by process[0] "released only": status = "DRAFT"`)
	require.Regexp(t, `3  A-3   would be FAILED  LOOKUP_NOT_FOUND: .*\n +\S*rowrelay.yaml:12:\d+ → the row is missing`, got.out)
	require.Contains(t, got.out, "lines not needed")
	require.NoFileExists(t, filepath.Join(filepath.Dir(path), "rowrelay.db"), "no store was made")
}

func TestPreviewTakesNamedRowsARowFromAFileAndWritesDocuments(t *testing.T) {
	path := newShop(t)
	got := rowrelay("preview", "orders", "--seq", "4..9", "-c", path)
	require.Equal(t, exitOK, got.code, got.err)
	require.Contains(t, got.out, "4  A-4   would be SENT")
	require.Contains(t, got.out, "5   left out by where")
	row := filepath.Join(filepath.Dir(path), "row.json")
	require.NoError(t, os.WriteFile(row, []byte(`{"order_seq": 77, "order_no": "B-1", "customer_id": "C7", "status": "RELEASED", "amount": 0.10}`), 0o600))
	got = rowrelay("preview", "orders", "--row", row, "--xml", "--out", filepath.Dir(path), "-c", path)
	require.Equal(t, exitOK, got.code, got.err)
	require.Contains(t, got.out, "<ord:Number>B-1</ord:Number><ord:Amount>0.10</ord:Amount>")
	written, err := os.ReadFile(filepath.Join(filepath.Dir(path), "77.xml"))
	require.NoError(t, err)
	require.Equal(t, got.out, string(written)+"\n")
	got = rowrelay("preview", "orders", "--limit", "9", "--out", filepath.Dir(path), "-c", path)
	require.Equal(t, exitNo, got.code)
	require.Equal(t, "2 documents in "+filepath.Dir(path)+"; 2 rows without one\n", got.out)
	require.Contains(t, got.err, "3 would be FAILED LOOKUP_NOT_FOUND")
	require.NoError(t, os.WriteFile(row, []byte(`{"amout": 1}`), 0o600))
	require.Contains(t, rowrelay("preview", "orders", "--row", row, "-c", path).err, `no column "amout"`)
	require.Contains(t, rowrelay("preview", "orders", "--seq", "9..4", "-c", path).err, "100..120")
}

func TestPreviewIndentsAllLinesOfADocument(t *testing.T) {
	path := newShop(t, "root: ord:Order", "indent: true\n      root: ord:Order")
	got := rowrelay("preview", "orders", "--limit", "1", "-c", path)
	require.Equal(t, exitOK, got.code, got.err)
	require.Contains(t, got.out, "\n        <ord:Number>A-1</ord:Number>\n")
	require.Contains(t, got.out, "\n      </ord:Order>\n")
}

func TestADifferenceBehindALongBeginningIsShown(t *testing.T) {
	long := strings.Repeat("ä", 1000)
	a, b := apart("<a><n>"+long+"1 one</n></a>", "<a><n>"+long+"2 two</n></a>")
	require.Equal(t, "…"+strings.Repeat("ä", beforeDifference)+"1 one</n></a>", a)
	require.Equal(t, "…"+strings.Repeat("ä", beforeDifference)+"2 two</n></a>", b)
	a, b = apart("<a><n>1"+long+"</n></a>", "<a></a>")
	require.Equal(t, cut("<a><n>1"+long, shownOfDifference), a)
	require.Equal(t, "<a></a>", b)
}

func TestPreviewAgainstShowsExactlyWhatDiffers(t *testing.T) {
	now := newShop(t)
	old := filepath.Join(filepath.Dir(now), "old.yaml")
	text, err := os.ReadFile(now)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(old, []byte(strings.Replace(string(text), "type: decimal, scale: 2", "if_null: omit", 1)), 0o600))
	got := rowrelay("preview", "orders", "--seq", "1..3", "--against", old, "-c", now)
	require.Equal(t, exitNo, got.code)
	require.Equal(t, "3 rows: 2 same, 1 differs\n1  <ord:Amount>10.5</ord:Amount>  →  <ord:Amount>10.50</ord:Amount>\n", got.out)
	require.Equal(t, exitOK, rowrelay("preview", "orders", "--seq", "1..2", "--against", now, "-c", now).code)
	require.Equal(t, exitNo, rowrelay("preview", "orders", "--seq", "1..3", "--against", now, "-c", now).code, "a row would fail, as before")
	got = rowrelay("preview", "orders", "--seq", "1", "--against", old, "-o", "json", "-c", now)
	var c struct {
		Rows   int
		Differ []struct{ Seq int64 }
	}
	require.NoError(t, json.Unmarshal([]byte(got.out), &c), got.out)
	require.EqualValues(t, 1, c.Differ[0].Seq)
}

func TestPreviewAgainstComparesHowMessagesTravelAndWhichRowsAreRead(t *testing.T) {
	now := newShop(t)
	text, err := os.ReadFile(now)
	require.NoError(t, err)
	for _, c := range []struct{ old, new, want string }{
		{"queue: ERP.ORDERS", "topic: ERP.ORDERS", "topic ERP.ORDERS  TextMessage  dedupId=acme.orders.1  JMSCorrelationID=A-1  JMSType=Order.v2  persistent  orderStatus=RELEASED  →  queue ERP.ORDERS  TextMessage"},
		{"root: ord:Order", "root: ord:Order\n      class: bytes", "BytesMessage"},
		{"root: ord:Order", "root: ord:Order\n      persistent: false", "not persistent"},
		{"root: ord:Order", "root: ord:Order\n      priority: 7", "JMSPriority=7"},
		{"root: ord:Order", "root: ord:Order\n      ttl: 5m", "expires after 5m"},
		{`where: "status <> 'HIDDEN'"`, `where: "status <> 'RELEASED'"`, "left out by where  →  SENT"},
		{"table: orders", "query: 'SELECT order_seq, order_no, customer_id, status, amount, 1 AS one FROM orders'", "no filter of the table"},
	} {
		old := filepath.Join(filepath.Dir(now), "old.yaml")
		edited := strings.Replace(string(text), c.old, c.new, 1)
		if strings.HasPrefix(c.new, "query") {
			edited = strings.Replace(edited, `, where: "status <> 'HIDDEN'"`, "", 1)
			edited = strings.Replace(edited, "from: amount,", "from: 'coalesce(amount, one)',", 1) // only the old file's rows have it
			c.want = "1 row: 1 same, 0 differ"
		}
		require.NoError(t, os.WriteFile(old, []byte(edited), 0o600))
		got := rowrelay("preview", "orders", "--seq", "1", "--against", old, "-c", now)
		require.Contains(t, got.out, c.want, got.err)
	}
}

func TestPreviewSaysWhenTheStoreCannotBeAsked(t *testing.T) {
	path := newShop(t, "store: { id: acme }", "store: { id: acme, connection: relaydb }", "connections:", "connections:\n  relaydb: { url: \"postgres://127.0.0.1:1/relay?sslmode=disable\", user: u }")
	got := rowrelay("preview", "orders", "--limit", "1", "-c", path)
	require.Equal(t, exitOK, got.code, got.err)
	require.Contains(t, got.err, "Reads orders after 0, where the feed began: where it stands now is not known (relaydb CONN_REFUSED")
}

func TestTestsTakeDatesDecimalsAndTheTypesOfALookup(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rowrelay.yaml")
	require.NoError(t, os.WriteFile(path, []byte(`
connections:
  erp: { url: "sqlite:erp.db", timezone: Europe/Berlin }
  mq: { url: "stomp://127.0.0.1:1" }
feeds:
  orders:
    source: { connection: erp, table: orders, sequence: id, start: first }
    process:
      - lookup: { into: customer, connection: erp, rows: one, columns: { blocked: bool }, sql: SELECT blocked FROM customers }
      - filter: not customer.blocked and amount * 2 > 20.5 and "1.50" + tax == "1.500.5" and due < "2026-09-03"
    message:
      root: Order
      fields:
        - { to: Day, from: 'fmt(ordered, "yyyy-MM-dd HH:mm")' }
        - { to: Local, from: 'fmt(local, "yyyy-MM-dd HH:mm")' }
        - { to: Until, from: 'fmt(until, "HH:mm")' }
    sink: { connection: mq, queue: Q }
    tests:
      - name: moments
        row: { id: 1, amount: "10.5", tax: "0.5", ordered: 2026-09-01T12:03:07+02:00, local: 2026-09-01 12:03:07, due: 2026-09-02, until: 12:30:00 }
        lookups: { customer: { blocked: 0 } }
        expect: { outcome: SENT, message: { Order/Day: "2026-09-01 10:03", Order/Local: "2026-09-01 10:03", Order/Until: "12:30" } }
      - name: blocked, and due is not named
        row: { id: 1, amount: "10.5", tax: "0.5" }
        lookups: { customer: { blocked: 1 } }
        expect: { outcome: FILTERED }
`), 0o600))
	got := rowrelay("test", "-c", path)
	require.Equal(t, exitOK, got.code, got.out+got.err)
}

func TestTheFilesTestsRunWithoutDatabaseAndBroker(t *testing.T) {
	path := newShop(t)
	require.NoError(t, os.Remove(filepath.Join(filepath.Dir(path), "erp.db")))
	got := rowrelay("test", "-c", path)
	require.Equal(t, exitOK, got.code, got.out+got.err)
	require.Contains(t, got.out, "3 passed, 0 failed")
	require.NoFileExists(t, filepath.Join(filepath.Dir(path), "erp.db"))

	wrong := newShop(t, `"10.50", `, `"10.5", `, "outcome: FILTERED", "outcome: SENT", "orderStatus: RELEASED }", "orderStatus: null }")
	got = rowrelay("test", "-c", wrong)
	require.Equal(t, exitNo, got.code)
	require.Regexp(t, `rowrelay.yaml:31:\d+  message ord:Order/ord:Amount: got "10.50", want "10.5"`, got.out)
	require.Contains(t, got.out, `property orderStatus: got "RELEASED", want none`)
	require.Contains(t, got.out, `got FILTERED, want SENT; FILTERED by process[0] "released only": status = "DRAFT"`)
	require.Contains(t, got.out, "1 passed, 2 failed")
	require.Equal(t, exitNo, rowrelay("test", "--run", "no such", "-c", path).code)
	require.Equal(t, exitOK, rowrelay("test", "--run", "drafts stay", "-c", wrong, "-o", "json").code-exitNo)
}

func TestCheckPointsIntoExpressions(t *testing.T) {
	path := newShop(t, `status in [`, `statsu in [`)
	require.Equal(t, exitOK, rowrelay("check", path).code, "offline nobody knows the columns")
	got := rowrelay("check", "--connect", path)
	require.NotEqual(t, exitOK, got.code)
	require.Regexp(t, `rowrelay.yaml:10:17  unknown name "statsu"\n(>.*\n.*\^\n)  → did you mean status`, got.out)
	got = rowrelay("preview", "orders", "-c", path)
	require.Equal(t, exitConfig, got.code)
	require.Contains(t, got.err, `rowrelay.yaml:10:17  feeds.orders.process[0].filter`)
	broken := newShop(t, `status in ["RELEASED", "CHANGED"]`, `status in ["RELEASED" "CHANGED"]`, "from: customer.name", "from: trimm(customer.name)")
	got = rowrelay("check", broken)
	require.Equal(t, exitConfig, got.code)
	require.Regexp(t, `rowrelay.yaml:10:\d+ `, got.out)
	require.Regexp(t, `rowrelay.yaml:24:\d+ `, got.out)
	require.Contains(t, got.out, "trimm")
}

func TestATestSaysWhatBecameOfItsRow(t *testing.T) {
	path := newShop(t, `status in ["RELEASED", "CHANGED"]`, `status in ["RELEASED", "CHANGED"] and row["Betrag €"] != "0" and seq > 0`,
		"error: LOOKUP_NOT_FOUND", "outcome: SENT", "order_no: A-4, customer_id: C9,", `order_no: A-4, customer_id: C9, "Betrag €": "1",`)
	got := rowrelay("test", "-c", path)
	require.Equal(t, exitNo, got.code)
	require.Contains(t, got.out, `got FILTERED, want SENT; FILTERED by process[0] "released only": status = "RELEASED", Betrag € = NULL`)
	require.Regexp(t, `got FAILED LOOKUP_NOT_FOUND: lookup customer: no row .*, want SENT; it failed at .*rowrelay.yaml:12:\d+ → `, got.out)
}
