package proof

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// hostileService answers most questions, and the others in every way in which a service can go wrong. What is one row's own goes wrong for
// ever, what is the service's own at the first question only.
type hostileService struct {
	elsewhere string // where a redirect leads

	mu    sync.Mutex
	tries map[int]int
}

// code is what becomes of a row; "" is SENT.
func (h *hostileService) code(id int) string {
	switch id % 1000 {
	case 8, 9:
		return "LOOKUP_TIMEOUT"
	case 10:
		return "LOOKUP_TOO_MANY"
	}
	return map[int]string{1: "LOOKUP_HTTP_4XX", 2: "LOOKUP_NOT_FOUND", 11: "LOOKUP_NOT_FOUND"}[id%100]
}

func (h *hostileService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/rows/"))
	if err != nil {
		return // its own address
	}
	h.mu.Lock()
	h.tries[id]++
	try := h.tries[id]
	h.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if !h.wrongForEver(w, r, id) && (try > 1 || !h.wrongOnce(w, r, id%100)) {
		fmt.Fprintf(w, `{"row": {"name": "N%d", "weight": %d.50}}`, id, id)
	}
}

// wrongForEver reports whether it answers so.
func (h *hostileService) wrongForEver(w http.ResponseWriter, r *http.Request, id int) bool {
	switch {
	case id%1000 == 8: // never begins
		<-r.Context().Done()
	case id%1000 == 9: // never ends
		for drops := time.Tick(10 * time.Millisecond); r.Context().Err() == nil; <-drops {
			fmt.Fprint(w, " ")
			w.(http.Flusher).Flush()
		}
	case id%1000 == 10:
		_, _ = w.Write(make([]byte, 9<<20))
	case id%100 == 1:
		http.Error(w, "no such row", http.StatusNotFound)
	case id%100 == 2:
		fmt.Fprint(w, `{"row": {"name": `)
	case id%100 == 11:
		w.WriteHeader(http.StatusGone)
	default:
		return false
	}
	return true
}

func (h *hostileService) wrongOnce(w http.ResponseWriter, r *http.Request, kind int) bool {
	switch kind {
	case 3:
		http.Error(w, "slow down", http.StatusTooManyRequests)
	case 4:
		link, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			fmt.Fprint(link, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{\"row\"")
			link.Close()
		}
	case 5:
		http.Error(w, "no", http.StatusServiceUnavailable)
	case 6:
		http.Redirect(w, r, h.elsewhere+"/login", http.StatusFound)
	case 7:
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<h1>Maintenance</h1>")
	default:
		return false
	}
	return true
}

func TestMappingOfAHostileService(t *testing.T) {
	rows := size(2000, 20_000)
	var stolen atomic.Int64
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stolen.Add(1) }))
	t.Cleanup(thief.Close)
	hostile := &hostileService{elsewhere: thief.URL, tries: map[int]int{}}
	service := httptest.NewServer(hostile)
	t.Cleanup(service.Close)
	w := newWorld(t)
	broker := w.counted()
	w.connections = fmt.Sprintf("\n  crm: { url: %q, headers: { Authorization: Bearer geheim }, timeouts: { request: 2s } }", service.URL)
	w.feed["workers"], w.feed["retry"] = "64", "{ max_attempts: 2, initial: 10ms, max: 10ms }"
	w.feed["process"] = "\n      - lookup: { into: c, connection: crm, rows: one, http: { get: \"/rows/{id}\", select: body.row, missing: [410] } }\n      - filter: c.weight == id + 0.50"
	w.fill(1, rows)
	began := time.Now()
	r := w.start()
	w.settled(rows)
	took := time.Since(began)
	db := w.store.Open(t)
	want := map[string]int{}
	for id := 1; id <= rows; id++ {
		want[hostile.code(id)]++
	}
	for code, n := range want {
		statement := fmt.Sprintf(`SELECT count(*) FROM rowrelay.dumped_data WHERE status = 'FAILED' AND error_code = '%s'`, code)
		if code == "" {
			statement = `SELECT count(*) FROM rowrelay.dumped_data WHERE outcome = 'SENT' AND attempts = 1`
		}
		require.EqualValues(t, n, w.number(db, statement), code)
	}
	require.EqualValues(t, want[""], broker.Count("/queue/ORDERS"), "each once")
	require.Zero(t, stolen.Load(), "the login went to another host")
	require.NotContains(t, r.log.String(), "geheim")
	links, resident := descriptors(t, r), r.peak()
	require.LessOrEqual(t, links, 64+64, "connections are left open")
	require.Zero(t, r.stop())
	show(t, "a hostile service before %d rows, 64 workers, %s: SENT %d, each once and at its first attempt; FAILED %d with 404, %d with broken JSON or 410, %d slow or endless, %d too large",
		rows, took.Round(time.Second), want[""], want["LOOKUP_HTTP_4XX"], want["LOOKUP_NOT_FOUND"], want["LOOKUP_TIMEOUT"], want["LOOKUP_TOO_MANY"])
	show(t, "of the SENT ones %d met 429, a half-closed connection, 503, a redirect elsewhere or a page first: waited for, no attempt used; the login went nowhere else; open files at the end %d, peak memory %d MiB",
		5*rows/100, links, resident>>20)
}

// descriptors are the files and connections that the daemon holds open.
func descriptors(t *testing.T, r *relay) int {
	t.Helper()
	open, err := os.ReadDir("/proc/" + r.pid() + "/fd")
	require.NoError(t, err)
	return len(open)
}

// TestMappingOfARowThatAServiceFailsAt: more such rows than workers, each of them its own failure, while the others go on.
func TestMappingOfARowThatAServiceFailsAt(t *testing.T) {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if id, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/rows/")); err == nil && poisonous(id) {
			http.Error(w, "NullPointerException", http.StatusInternalServerError)
			return
		}
		fmt.Fprint(w, `{"name": "N"}`)
	}))
	t.Cleanup(service.Close)
	w := newWorld(t)
	broker := w.counted()
	w.connections = fmt.Sprintf("\n  crm: { url: %q }", service.URL)
	w.feed["workers"], w.feed["retry"] = "4", "{ max_attempts: 2, initial: 10ms, max: 10ms }"
	w.feed["process"] = "\n      - lookup: { into: c, connection: crm, rows: one, http: { get: \"/rows/{id}\" } }"
	halt := w.grow()
	r := w.start()
	db := w.store.Open(t)
	const failed = `SELECT count(*) FROM rowrelay.dumped_data WHERE status = 'FAILED' AND error_code = 'LOOKUP_HTTP_5XX' AND attempts = 2`
	require.Eventually(t, func() bool { return w.number(db, failed) == poisons }, 2*time.Minute, 100*time.Millisecond)
	rows := halt()
	w.settled(rows)
	require.EqualValues(t, rows-poisons, broker.Count("/queue/ORDERS"), "each once")
	require.Zero(t, r.stop())
	show(t, "a service that answers 500 to %d of %d rows for ever, 4 workers: those are FAILED LOOKUP_HTTP_5XX after their 2 attempts, the others SENT, each once", poisons, rows)
}

// poisons are the rows that the service fails at: twice as many as workers.
const poisons = 8

func poisonous(id int) bool { return id%10 == 3 && id/10 < poisons }
