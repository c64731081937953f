package proof

import (
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/testbed"
)

// invoices maps the shop's invoices: a filter, a customer, the clerk where there is one, and the lines with their tracks. The schema spells its names
// in mixed case.
const invoices = `
connections:
  erp: %s
  relaydb: %s
  mq: { url: "stomp://%s", user: %q, password: %q }
store: { connection: relaydb, id: proof }
feeds:
  orders:
    poll_interval: 100ms
    workers: 4
    source: { connection: erp, table: chinook.Invoice, sequence: InvoiceId, start: first, gaps: { min_watch: 0s, watch: 1h } }
    process:
      - filter: total > 1 and billingcountry != "Poland"
        name: worth it
      - lookup: { into: customer, connection: erp, rows: one, cache: { ttl: 10m, max_entries: 1000 },
                  sql: 'SELECT "FirstName" AS first, "LastName" AS last, "Company" AS company, "SupportRepId" AS clerk_id FROM chinook."Customer" WHERE "CustomerId" = :customerid' }
      - lookup: { into: clerk, connection: erp, rows: optional,
                  sql: 'SELECT "LastName" AS name, "HireDate" AS hired FROM chinook."Employee" WHERE "EmployeeId" = :customer.clerk_id' }
        when: customer.company != nil
      - lookup: { into: lines, connection: erp, rows: many, sql: 'SELECT l."InvoiceLineId" AS no, t."Name" AS track, a."Title" AS album, l."Quantity" AS qty, l."UnitPrice" AS price
                  FROM chinook."InvoiceLine" l JOIN chinook."Track" t USING ("TrackId") JOIN chinook."Album" a USING ("AlbumId") WHERE l."InvoiceId" = :invoiceid ORDER BY 1' }
    message:
      root: inv:Invoice
      namespaces: { inv: "urn:shop:invoices", l: "urn:shop:lines" }
      correlation_id: { from: '"I-" + fmt(invoicedate, "yyyyMMdd")' }
      properties: { country: { from: billingcountry }, lines: { from: len(lines) } }
      fields:
        - { to: "@id", from: invoiceid }
        - { to: inv:Date, from: invoicedate, type: date }
        - { to: inv:Total, from: total, type: decimal, scale: 2, required: true }
        - { to: inv:Customer/inv:Name, from: customer.first + " " + customer.last }
        - { to: inv:Customer/inv:Company, from: customer.company, if_null: nil }
        - { to: inv:Clerk, from: clerk.name }
        - { to: inv:State, from: 'row["BillingState"]' }
        - { to: l:Lines/l:Line, each: lines, as: line, fields: [{ to: "@no", from: line.no }, { to: l:Track, from: line.track, cdata: true },
            { to: l:Album, from: line.album }, { to: l:Qty, from: line.qty }, { to: l:Price, from: line.price, type: decimal, scale: 2 }] }
    sink: { connection: mq, queue: %s }
`

// invoice is a message as its receiver reads it.
type invoice struct {
	XMLName xml.Name `xml:"urn:shop:invoices Invoice"`
	ID      int      `xml:"id,attr"`
	Date    string   `xml:"urn:shop:invoices Date"`
	Total   string   `xml:"urn:shop:invoices Total"`
	Name    string   `xml:"urn:shop:invoices Customer>Name"`
	Company *struct {
		Nil  string `xml:"http://www.w3.org/2001/XMLSchema-instance nil,attr"`
		Text string `xml:",chardata"`
	} `xml:"urn:shop:invoices Customer>Company"`
	Clerk string `xml:"urn:shop:invoices Clerk"`
	State string `xml:"urn:shop:invoices State"`
	Lines []struct {
		No    int    `xml:"no,attr"`
		Track string `xml:"urn:shop:lines Track"`
		Album string `xml:"urn:shop:lines Album"`
		Qty   int    `xml:"urn:shop:lines Qty"`
		Price string `xml:"urn:shop:lines Price"`
	} `xml:"urn:shop:lines Lines>Line"`
}

// lines writes a message as the rows that SQL makes of the source.
func (i invoice) lines(properties map[string]string, correlation string) []string {
	company := i.Company.Text
	if i.Company.Nil == "true" {
		company = "-"
	}
	head := fmt.Sprintf("%d|%s|%s|%s|%s|%s|%s|%s|%s|%s", i.ID, i.Date, i.Total, i.Name, company, i.Clerk, i.State, properties["country"], properties["lines"], correlation)
	all := []string{head}
	for _, l := range i.Lines {
		all = append(all, fmt.Sprintf("%d|%d|%s|%s|%d|%s", i.ID, l.No, l.Track, l.Album, l.Qty, l.Price))
	}
	return all
}

// expected is the same by SQL alone.
const expectedInvoices = `
	SELECT concat_ws('|', i."InvoiceId", i."InvoiceDate", i."Total", c."FirstName" || ' ' || c."LastName", coalesce(c."Company", '-'),
	       CASE WHEN c."Company" IS NULL THEN '' ELSE coalesce(e."LastName", '') END, coalesce(i."BillingState", ''), i."BillingCountry",
	       (SELECT count(*) FROM chinook."InvoiceLine" l WHERE l."InvoiceId" = i."InvoiceId"), 'I-' || to_char(i."InvoiceDate", 'YYYYMMDD'))
	  FROM chinook."Invoice" i JOIN chinook."Customer" c USING ("CustomerId") LEFT JOIN chinook."Employee" e ON e."EmployeeId" = c."SupportRepId"
	 WHERE i."Total" > 1 AND i."BillingCountry" <> 'Poland'
	UNION ALL
	SELECT concat_ws('|', l."InvoiceId", l."InvoiceLineId", t."Name", a."Title", l."Quantity", l."UnitPrice")
	  FROM chinook."InvoiceLine" l JOIN chinook."Invoice" i USING ("InvoiceId") JOIN chinook."Track" t USING ("TrackId") JOIN chinook."Album" a USING ("AlbumId")
	 WHERE i."Total" > 1 AND i."BillingCountry" <> 'Poland'`

func TestMappingOfASchemaThatNobodyHereWrote(t *testing.T) {
	broker := testbed.SharedBroker(t, testbed.Artemis)
	w := newWorld(t).to(broker)
	w.source.Chinook(t)
	w.source.Exec(t, fmt.Sprintf(`GRANT USAGE ON SCHEMA chinook TO %q; GRANT SELECT ON ALL TABLES IN SCHEMA chinook TO %[1]q`, w.reader.Name))
	text := fmt.Sprintf(invoices, w.sourceConnection(), w.storeConnection(), w.sink, w.login[0], w.login[1], w.queue)
	require.NoError(t, os.WriteFile(w.path(), []byte(text), 0o600))
	checked, _, code := w.run("check", "--connect")
	require.Equal(t, 0, code, checked)

	shown, _, code := w.run("preview", "orders", "--seq", "1..20", "--limit", "20")
	require.Zero(t, code, shown)
	db := w.store.Open(t)
	require.EqualValues(t, -1, w.number(db, `SELECT count(*) FROM rowrelay.read_data_info`), "preview made no store")
	require.Empty(t, testbed.Drain(t, broker, w.queue, 0), "preview sent something")
	r := launch(t, w.dir, "run", "-c", w.path())
	w.settled(412)
	require.Zero(t, r.stop())

	sent, filtered := w.number(db, `SELECT count(*) FROM rowrelay.dumped_data WHERE outcome = 'SENT'`), w.number(db, `SELECT count(*) FROM rowrelay.dumped_data WHERE outcome = 'FILTERED'`)
	require.EqualValues(t, 412, sent+filtered)
	var got []string
	for _, d := range testbed.Drain(t, broker, w.queue, int(sent)) {
		var i invoice
		require.NoError(t, xml.Unmarshal(d.Body, &i), "%s", d.Body)
		got = append(got, i.lines(d.Properties, d.CorrelationID)...)
	}
	source := w.source.Open(t)
	want := column[string](t, source, expectedInvoices)
	require.ElementsMatch(t, want, got)
	sum := column[string](t, source, `SELECT sum("Total")::text FROM chinook."Invoice" WHERE "Total" > 1 AND "BillingCountry" <> 'Poland'`)[0]
	show(t, "Chinook: 412 invoices, SENT %d, FILTERED %d, messages with %d lines; every number, date, amount (sum %s), text and header is what SQL over the source says",
		sent, filtered, len(got)-int(sent), sum)
	w.comparesTwoFiles(text, broker)
}

// comparesTwoFiles lets preview show what an edit changes, and looks whether it leaves store and broker alone.
func (w *world) comparesTwoFiles(text string, broker *testbed.Broker) {
	w.t.Helper()
	old := filepath.Join(w.dir, "old.yaml")
	require.NoError(w.t, os.WriteFile(old, []byte(strings.Replace(text, "customer.company, if_null: nil", "customer.company, if_null: omit", 1)), 0o600))
	before := w.stored()
	shown, _, code := w.run("preview", "orders", "--seq", "1..412", "--limit", "412", "--against", old)
	require.Equal(w.t, 1, code)
	lines := strings.Split(strings.TrimSpace(shown), "\n")
	want := column[string](w.t, w.source.Open(w.t), `SELECT i."InvoiceId"::text FROM chinook."Invoice" i JOIN chinook."Customer" c USING ("CustomerId")
		WHERE i."Total" > 1 AND i."BillingCountry" <> 'Poland' AND c."Company" IS NULL ORDER BY i."InvoiceId"`)
	require.Equal(w.t, fmt.Sprintf("412 rows: %d same, %d differ", 412-len(want), len(want)), lines[0])
	require.Len(w.t, lines[1:], len(want))
	for i, line := range lines[1:] {
		require.True(w.t, strings.HasPrefix(line, want[i]+"  "), line)
		require.Contains(w.t, line, `<inv:Company xsi:nil="true"/>`)
	}
	require.Equal(w.t, before, w.stored(), "preview wrote into the store")
	require.Empty(w.t, testbed.Drain(w.t, broker, w.queue, 0), "preview sent something")
	show(w.t, "preview of 412 rows --against a file that omits an empty company: shows %d that differ, which are those that SQL names; every row of the store is as before, nothing came to the queue", len(want))
}

// stored is all that the store holds, in one hash a table.
func (w *world) stored() []string {
	w.t.Helper()
	db := w.store.Open(w.t)
	tables := column[string](w.t, db, `SELECT table_name FROM information_schema.tables WHERE table_schema = 'rowrelay' ORDER BY 1`)
	require.NotEmpty(w.t, tables)
	for i, name := range tables {
		tables[i] += column[string](w.t, db, fmt.Sprintf(`SELECT ' ' || count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM rowrelay.%q t`, name))[0]
	}
	return tables
}

// slowLookup asks for 200 ms, by one of so many keys.
const slowLookup = "\n      - lookup: { into: c, connection: erp, rows: one, sql: \"SELECT 'x' AS name, pg_sleep(0.2)::text AS slept WHERE :key IS NOT NULL\"%s }"

// TestMappingWaitsForSlowLookupsSideBySide: 64 workers and a pool of as many.
func TestMappingWaitsForSlowLookupsSideBySide(t *testing.T) {
	for _, c := range []struct {
		name, cache string
		rows        int
		least       float64
	}{{"asked for every row", "", size(640, 6400), 250}, {"cached", ", cache: { ttl: 10m, max_entries: 1000 }", size(2000, 50_000), 1000}} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			broker := w.counted()
			w.source.Exec(t, fmt.Sprintf(`INSERT INTO orders (id, key) SELECT i, 'K-' || i %% 64 FROM generate_series(1, %d) i`, c.rows))
			w.feed["workers"] = "64"
			w.feed["process"] = fmt.Sprintf(slowLookup, c.cache)
			w.pool = ", pool: { max_open: 64, max_idle: 64 }"
			began := time.Now()
			r := w.start()
			w.settled(c.rows)
			rate := float64(c.rows) / time.Since(began).Seconds()
			require.Zero(t, r.stop())
			require.EqualValues(t, c.rows, broker.Count("/queue/ORDERS"))
			show(t, "a lookup of 200 ms, 64 workers, pool of 64, %s: rows %d, %.0f rows/s with the start", c.name, c.rows, rate)
			if *full {
				require.GreaterOrEqual(t, rate, c.least)
			}
		})
	}
}

// TestMappingsLookupThatIsAwayIsWaitedFor: the looked-up database restarts in the middle; no row fails and no attempt is used.
func TestMappingsLookupThatIsAwayIsWaitedFor(t *testing.T) {
	crm := testbed.StartPostgres(t)
	w := newWorld(t)
	broker := w.counted()
	customers := crm.Database(t)
	customers.Exec(t, `CREATE TABLE customers (key text PRIMARY KEY, name text); INSERT INTO customers SELECT 'A-' || i, 'N' || i FROM generate_series(1, 4000) i`)
	w.connections = fmt.Sprintf("\n  crm: %s", strings.Replace(w.postgres(customers.Owner), "{ ", "{ require_read_only: false, ", 1))
	w.feed["process"] = "\n      - lookup: { into: c, connection: crm, rows: one, sql: \"SELECT name FROM customers WHERE key = :key\" }"
	w.feed["max_in_flight"] = "200"
	w.fill(1, 4000)
	r := w.start()
	db := w.store.Open(t)
	w.until("some rows are sent", func() bool {
		return w.number(db, `SELECT count(*) FROM rowrelay.dumped_data WHERE outcome = 'SENT'`) > 100
	})
	crm.Stop(t)
	w.statusNames("crm")
	crm.Start(t)
	w.settled(4000)
	require.Zero(t, r.stop())
	require.EqualValues(t, 4000, broker.Count("/queue/ORDERS"))
	require.Zero(t, w.number(db, `SELECT count(*) FROM rowrelay.dumped_data WHERE attempts <> 1 OR status <> 'COMPLETED'`))
	show(t, "the looked-up database stopped `immediate` in the middle of 4000 rows and came back: status named crm, lost 0, FAILED 0, no attempt used, delivered once each")
}
