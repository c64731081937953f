package web_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/clienttls"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/web"
)

// client asks the address; edit may be nil.
func client(t *testing.T, address string, edit func(*web.Options)) *web.Client {
	t.Helper()
	o := web.Options{Connection: "rates", URL: address, ConnectTimeout: time.Second, RequestTimeout: 300 * time.Millisecond}
	if edit != nil {
		edit(&o)
	}
	c, err := web.New(o)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func serve(t *testing.T, handle http.HandlerFunc) *httptest.Server {
	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)
	return s
}

func outage(t *testing.T, err error) *record.Outage {
	t.Helper()
	o, ok := err.(*record.Outage)
	require.True(t, ok, "%v", err)
	require.Equal(t, "rates", o.Connection)
	return o
}

func TestAQuestionHasItsPathItsParametersAndItsLogin(t *testing.T) {
	var got *http.Request
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		w.Header().Set("Content-Type", "application/hal+json; charset=utf-8")
		fmt.Fprint(w, `{"rate": 1}`)
	})
	c := client(t, s.URL+"/api/v1/", func(o *web.Options) {
		o.User, o.Password, o.Headers = "anna", "geheim", map[string]string{"X-Key": "k"}
	})
	a, err := c.Get(t.Context(), "/rates/"+url.PathEscape("a/b c"), url.Values{"day": {"2026&x=1"}})
	require.NoError(t, err)
	require.Equal(t, web.Answer{Status: 200, JSON: true, Body: []byte(`{"rate": 1}`)}, a)
	require.Equal(t, "/api/v1/rates/a%2Fb%20c?day=2026%26x%3D1", got.RequestURI)
	user, password, _ := got.BasicAuth()
	require.Equal(t, []string{"GET", "anna", "geheim", "k", "application/json"}, []string{got.Method, user, password, got.Header.Get("X-Key"), got.Header.Get("Accept")})
}

func TestStatusesAreAnswersOrOutages(t *testing.T) {
	var status int
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
	c := client(t, s.URL, nil)
	for want, statuses := range map[record.Code][]int{
		"":              {200, 204, 400, 403, 404, 410, 422},
		record.ConnAuth: {401, 407},
		record.ConnHTTP: {304, 408, 425, 429, 500, 502, 503, 504, 599},
	} {
		for _, status = range statuses {
			a, err := c.Get(t.Context(), "/x", nil)
			if want == "" {
				require.NoError(t, err)
				require.Equal(t, status, a.Status)
				continue
			}
			o := outage(t, err)
			require.Equal(t, want, o.Code, status)
			require.Contains(t, o.Error(), fmt.Sprint(status))
		}
	}
}

func TestARedirectIsFollowedOnTheSameHostAlone(t *testing.T) {
	var asked atomic.Int64
	other := serve(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/here", http.StatusFound)
		case "/here":
			fmt.Fprint(w, r.Header.Get("Authorization"))
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		default:
			http.Redirect(w, r, other.URL+"/secret?token=x", http.StatusFound)
		}
	})
	c := client(t, s.URL, func(o *web.Options) { o.Headers = map[string]string{"Authorization": "Bearer geheim"} })
	a, err := c.Get(t.Context(), "/moved", nil)
	require.NoError(t, err)
	require.Equal(t, "Bearer geheim", string(a.Body))
	for path, text := range map[string]string{"/away": other.URL, "/loop": "again and again"} {
		_, err = c.Get(t.Context(), path, nil)
		o := outage(t, err)
		require.Equal(t, record.ConnHTTP, o.Code)
		require.Contains(t, o.Error(), text)
		require.NotContains(t, o.Error(), "token")
	}
	require.Zero(t, asked.Load(), "the login went to another host")
}

func TestASlowAnswerIsTheQuestionsWhileTheServiceAnswersOthers(t *testing.T) {
	var dead atomic.Bool
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" || dead.Load() {
			<-r.Context().Done()
			return
		}
		if r.URL.Path == "/endless" {
			for r.Context().Err() == nil {
				fmt.Fprint(w, " ")
				w.(http.Flusher).Flush()
			}
		}
	})
	c := client(t, s.URL, nil)
	for _, path := range []string{"/slow", "/endless"} {
		_, err := c.Get(t.Context(), path, nil)
		require.Equal(t, web.ErrSlow, err, path)
	}
	dead.Store(true)
	_, err := client(t, s.URL, func(o *web.Options) { o.ConnectTimeout = 300 * time.Millisecond }).Get(t.Context(), "/slow", nil)
	require.Equal(t, record.ConnTimeout, outage(t, err).Code)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err = c.Get(ctx, "/slow", nil)
	require.Equal(t, context.Canceled, err)
}

func TestAnAnswerIsBoundedAlsoWhenItIsPacked(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	for range 9 {
		_, _ = z.Write(bytes.Repeat([]byte(" "), 1<<20))
	}
	require.NoError(t, z.Close())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/packed":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed.Bytes())
		case "/headers":
			w.Header().Set("X", strings.Repeat("x", 1<<20))
		default:
			_, _ = w.Write(make([]byte, 8<<20+1))
		}
	})
	c := client(t, s.URL, func(o *web.Options) { o.RequestTimeout = time.Minute })
	for _, path := range []string{"/packed", "/large"} {
		_, err := c.Get(t.Context(), path, nil)
		require.Equal(t, web.ErrTooLarge, err)
	}
	_, err := c.Get(t.Context(), "/headers", nil)
	require.Equal(t, record.ConnLost, outage(t, err).Code)
}

func TestAServiceThatIsNotThereIsAnOutageWithoutAWordOfTheRow(t *testing.T) {
	closing := serve(t, func(w http.ResponseWriter, r *http.Request) {
		link, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			if r.URL.Path == "/half" {
				fmt.Fprint(link, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
			}
			link.Close()
		}
	})
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, taken.Close())
	for _, c := range []struct {
		address, path string
		code          record.Code
	}{
		{"http://" + taken.Addr().String(), "/geheim", record.ConnRefused},
		{"http://no-such-host.invalid", "/geheim", record.ConnDNS},
		{closing.URL, "/geheim", record.ConnLost},
		{closing.URL, "/half", record.ConnLost},
		{secure.URL, "/geheim", record.ConnTLS},
		{strings.Replace(closing.URL, "http:", "https:", 1), "/geheim", ""},
	} {
		_, err := client(t, c.address, func(o *web.Options) { o.RequestTimeout = 10 * time.Second }).Get(t.Context(), c.path, url.Values{"iban": {"DE1"}})
		o := outage(t, err)
		if c.code != "" {
			require.Equal(t, c.code, o.Code, err)
		}
		require.NotContains(t, err.Error(), "geheim")
		require.NotContains(t, err.Error(), "DE1")
	}
}

func TestTLSFilesAreReadAtEveryConnection(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") }))
	t.Cleanup(s.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	require.NoError(t, os.WriteFile(ca, certificate, 0o600))
	c := client(t, s.URL, func(o *web.Options) {
		o.TLS, o.RequestTimeout = clienttls.Files{CAFile: ca, ServerName: "example.com"}, 10*time.Second
	})
	_, err := c.Get(t.Context(), "", nil)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(ca, []byte("renewed, badly"), 0o600))
	_, err = c.Get(t.Context(), "", nil)
	o := outage(t, err)
	require.Equal(t, record.ConnTLS, o.Code)
	require.Contains(t, o.Error(), "tls.ca_file")
	_, err = web.New(web.Options{URL: s.URL, TLS: clienttls.Files{CAFile: ca}})
	require.ErrorContains(t, err, "tls.ca_file")
}

func TestConnectionsAreKeptAndTheRateIsHeld(t *testing.T) {
	var links, asked atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { asked.Add(1); fmt.Fprint(w, "{}") }))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			links.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	c := client(t, s.URL, func(o *web.Options) { o.RequestTimeout = 10 * time.Second })
	for range 50 {
		_, err := c.Get(t.Context(), "", nil)
		require.NoError(t, err)
	}
	require.EqualValues(t, 1, links.Load())
	slow := client(t, s.URL, func(o *web.Options) { o.PerSecond = 0.001 })
	before := asked.Load()
	_, err := slow.Get(t.Context(), "", nil)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = slow.Get(ctx, "", nil)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, before+1, asked.Load(), "the second question was too early")
}
