package proof

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/testbed"
)

// more are statements that make many rows of an example's few; %d is how many of each.
var more = map[string]string{
	"orders": `INSERT INTO sales.orders (order_no, customer_id, status, amount, currency, created_at, due_on, note)
			SELECT order_no || '.' || g, customer_id, status, amount + g, currency, created_at + g * interval '1 minute', due_on + g, note || g FROM sales.orders, generate_series(1, %[1]d) g;
		INSERT INTO sales.lines SELECT order_no || '.' || g, line_no, sku, qty * g FROM sales.lines, generate_series(1, %[1]d) g`,
	"types": `INSERT INTO wide (small, whole, large, price, any_decimal, real_number, double_no, flag, code, name, text_value, day, at_time, local_stamp, stamp, span, picture, key, document, feeling, address, tags, numbers, "Größe (cm)")
			SELECT small, whole, large, price, any_decimal + g, real_number, double_no, flag, code, name || g, text_value, day, at_time, local_stamp, stamp + g * interval '1 day', span * g, picture, key, document, feeling, address,
				tags || g::text, numbers || g, g FROM wide, generate_series(1, %d) g`,
	"rates":     `INSERT INTO payments (amount, currency, paid_on) SELECT amount + g, currency, paid_on + g %% 365 FROM payments, generate_series(1, %d) g`,
	"selectors": `INSERT INTO movements (warehouse, sku, quantity, moved_at) SELECT warehouse, sku || g, quantity * g, moved_at + g * interval '1 second' FROM movements, generate_series(1, %d) g`,
}

// TestMappingMessagesSatisfyTheirXSD lets xmllint judge the messages of the sample database and of every example by the XSD that
// `schema message` prints, and broken ones too.
func TestMappingMessagesSatisfyTheirXSD(t *testing.T) {
	testbed.Require(t, testbed.XMLLint)
	rows := size(200, 10_000)
	t.Run("Chinook", func(t *testing.T) {
		w := newWorld(t).to(testbed.SharedBroker(t, testbed.Artemis))
		w.source.Chinook(t)
		w.source.Exec(t, fmt.Sprintf(`INSERT INTO chinook."Invoice" SELECT "InvoiceId" + 1000 * g, "CustomerId", "InvoiceDate", "BillingAddress", "BillingCity", "BillingState", "BillingCountry", "BillingPostalCode", "Total" + g
				FROM chinook."Invoice", generate_series(1, %[1]d) g WHERE "Total" > 1;
			INSERT INTO chinook."InvoiceLine" SELECT "InvoiceLineId" + 10000 * g, "InvoiceId" + 1000 * g, "TrackId", "UnitPrice", "Quantity" FROM chinook."InvoiceLine" l, generate_series(1, %[1]d) g
				WHERE EXISTS (SELECT FROM chinook."Invoice" i WHERE i."InvoiceId" = l."InvoiceId" AND i."Total" > 1)`, rows/350+1))
		w.source.Exec(t, fmt.Sprintf(`GRANT USAGE ON SCHEMA chinook TO %q; GRANT SELECT ON ALL TABLES IN SCHEMA chinook TO %[1]q`, w.reader.Name))
		text := fmt.Sprintf(invoices, w.sourceConnection(), w.storeConnection(), w.sink, w.login[0], w.login[1], w.queue)
		require.NoError(t, os.WriteFile(w.path(), []byte(text), 0o600))
		w.satisfies("orders", rows)
	})
	examples(t, func(e *example) {
		statements, known := more[e.name]
		require.True(t, known, "say how %s gets more rows", e.name)
		e.source.Exec(t, fmt.Sprintf(statements, rows/2+1))
		for _, feed := range e.feeds() {
			e.satisfies(feed, rows)
		}
	})
}

// satisfies makes at least this many messages of a feed and lets xmllint judge them.
func (w *world) satisfies(feed string, rows int) {
	t := w.t
	t.Helper()
	schemas, made := filepath.Join(w.dir, "xsd-"+feed), filepath.Join(w.dir, "made-"+feed)
	out, problem, code := w.run("schema", "message", feed, "--out", schemas)
	require.Zero(t, code, out+problem)
	count := 0
	for first := 1; count < rows; first += 10_000 { // numbers have holes, and a preview shows at most so many rows
		require.Less(t, first, 1_000_000, "there are too few rows")
		_, problem, code = w.run("preview", feed, "--seq", fmt.Sprintf("%d..%d", first, first+9_999), "--limit", "10000", "--out", made, "-o", "json")
		require.Zero(t, code, problem)
		files, err := filepath.Glob(made + "/*.xml")
		require.NoError(t, err)
		count = len(files)
	}
	files, err := filepath.Glob(made + "/*.xml")
	require.NoError(t, err)
	xsd := filepath.Join(schemas, feed+".xsd")
	for some := range slices.Chunk(files, 500) {
		text, err := lint(xsd, some)
		require.NoError(t, err, tail(text, 3000))
	}
	refused := w.refusesMutants(xsd, files[0])
	show(t, "%s: messages %d, each satisfies the XSD by xmllint; mutants %d, each refused", feed, len(files), refused)
}

func lint(xsd string, files []string) (string, error) {
	out, err := exec.Command("xmllint", append([]string{"--noout", "--nonet", "--schema", xsd}, files...)...).CombinedOutput()
	return string(out), err
}

var firstChild = regexp.MustCompile(`<([a-z]+:)?([A-Za-z]+)>`)

// refusesMutants breaks a message in ways that the XSD must see.
func (w *world) refusesMutants(xsd, file string) int {
	w.t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(w.t, err)
	good := string(text)
	child := firstChild.FindString(good)
	require.NotEmpty(w.t, child, good)
	name := strings.Trim(child, "<>")
	end := strings.LastIndex(good, "</")
	mutants := []string{
		strings.ReplaceAll(strings.ReplaceAll(good, "<"+name+">", "<"+name+"x>"), "</"+name+">", "</"+name+"x>"),
		good[:end] + "<unknown/>" + good[end:],
		good[:end] + "text between elements" + good[end:],
		insertAttribute(good),
	}
	for i, mutant := range mutants {
		require.NotEqual(w.t, good, mutant)
		path := filepath.Join(w.dir, fmt.Sprintf("mutant-%d.xml", i))
		require.NoError(w.t, os.WriteFile(path, []byte(mutant), 0o600))
		out, err := lint(xsd, []string{path})
		require.Error(w.t, err, mutant)
		require.Contains(w.t, out, "fails to validate", out)
	}
	return len(mutants)
}

// insertAttribute gives the root an attribute that nobody declared.
func insertAttribute(document string) string {
	begin := strings.Index(document, "?>") + len("?>")
	end := begin + strings.IndexByte(document[begin:], '>')
	return document[:end] + ` nobody="x"` + document[end:]
}
