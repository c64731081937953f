package web_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
)

// poisoned fails at one question, and at all while it is away.
type poisoned struct{ away bool }

func (p *poisoned) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p.away || r.URL.Path == "/poison" {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	fmt.Fprint(w, "1")
}

func TestAServiceThatFailsAtOneQuestionIsNotAway(t *testing.T) {
	c := client(t, serve(t, (&poisoned{}).ServeHTTP).URL, nil)
	for attempt := range 2 { // the answer is forgotten with the attempt: the next one is asked as often
		for range 5 {
			_, err := c.Get(t.Context(), "/poison", nil)
			require.Equal(t, record.ConnHTTP, outage(t, err).Code, "attempt %d", attempt)
			_, err = c.Get(t.Context(), "/other", nil)
			require.NoError(t, err)
		}
		a, err := c.Get(t.Context(), "/poison", nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusInternalServerError, a.Status)
	}
}

func TestAServiceThatAnswersNobodyIsAway(t *testing.T) {
	p := &poisoned{}
	c := client(t, serve(t, p.ServeHTTP).URL, nil)
	_, err := c.Get(t.Context(), "/other", nil)
	require.NoError(t, err)
	p.away = true
	for range 100 {
		for _, path := range []string{"/a", "/b"} {
			_, err := c.Get(t.Context(), path, nil)
			require.Equal(t, record.ConnHTTP, outage(t, err).Code)
		}
	}
}

func TestRefusalsAreForgottenWithAnAnswer(t *testing.T) {
	p := &poisoned{}
	c := client(t, serve(t, p.ServeHTTP).URL, nil)
	for range 20 { // every second answer of a service that comes and goes
		p.away = true
		_, err := c.Get(t.Context(), "/a", nil)
		require.Equal(t, record.ConnHTTP, outage(t, err).Code)
		p.away = false
		_, err = c.Get(t.Context(), "/a", nil)
		require.NoError(t, err)
	}
}

func TestRetryAfterIsPartOfTheOutage(t *testing.T) {
	var header string
	c := client(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", header)
		w.WriteHeader(http.StatusTooManyRequests)
	}).URL, nil)
	for text, want := range map[string]time.Duration{"": 0, "7": 7 * time.Second, "-3": 0, "soon": 0, "86400": 5 * time.Minute, "99999999999999999999": 0,
		time.Now().Add(time.Hour).UTC().Format(http.TimeFormat): 5 * time.Minute, time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat): 0} {
		header = text
		_, err := c.Get(t.Context(), "/x", nil)
		require.Equal(t, want, outage(t, err).After, text)
	}
}
