package web

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Answer is what the service says to one question: a status from 200 to 299, or one from 400 on that is about the question.
type Answer struct {
	Status int
	JSON   bool          // the service calls the body JSON
	Body   []byte        // at most 8 MiB
	after  time.Duration // that it asks us to wait; 0 where it does not say
}

// ErrSlow is a question that took longer than RequestTimeout while the service answers others; ErrTooLarge is an answer above 8 MiB.
var (
	ErrSlow     = errors.New("the answer took too long")
	ErrTooLarge = errors.New("the answer is larger than 8 MiB")
)

// Get asks for a path below the service's address; path is escaped already and may be empty. The error is the context's, ErrSlow, ErrTooLarge,
// or a *record.Outage of the service: it cannot be reached, does not let us in, asks us to wait, fails, or another one answers in its place. A service that
// fails at this question alone is no outage: its status is the answer.
func (c *Client) Get(ctx context.Context, path string, query url.Values) (Answer, error) {
	if err := c.limit.Wait(ctx); err != nil {
		return Answer{}, contextError(ctx, err)
	}
	began, address := time.Now(), c.below(path, query)
	own, cancel := context.WithTimeout(ctx, c.o.RequestTimeout)
	defer cancel()
	a, err := c.ask(own, address)
	switch {
	case err == nil:
		return a, c.judge(address, a)
	case ctx.Err() != nil:
		return Answer{}, ctx.Err()
	case errors.Is(err, ErrTooLarge):
		return Answer{}, err
	case own.Err() != nil && (c.answered.Load() > began.UnixNano() || c.alive(ctx)):
		return Answer{}, ErrSlow
	}
	return Answer{}, c.away(err)
}

// contextError is the context's own error where it has ended, or will end before the limit lets us ask.
func contextError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if _, bounded := ctx.Deadline(); bounded {
		return context.DeadlineExceeded
	}
	return err
}

func (c *Client) ask(ctx context.Context, address string) (Answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Answer{}, err
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "rowrelay")
	for name, value := range c.o.Headers {
		request.Header.Set(name, value)
	}
	if c.o.User != "" {
		request.SetBasicAuth(c.o.User, c.o.Password)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	if err == nil && len(body) > maxBody {
		err = ErrTooLarge
	}
	return Answer{response.StatusCode, isJSON(response.Header.Get("Content-Type")), body, retryAfter(response.Header.Get("Retry-After"))}, err
}

// retryAfter reads RFC 9110, 10.2.3: seconds, or a date.
func retryAfter(header string) time.Duration {
	if seconds, err := strconv.Atoi(header); err == nil {
		return time.Duration(max(0, min(seconds, maxAfter))) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(0, min(time.Until(at), maxAfter*time.Second))
	}
	return 0
}

// maxAfter is in seconds: whoever asks us to stay away longer is asked all the same, so that a slip of the service costs minutes and no night.
const maxAfter = 300

// isJSON: application/json, and what is built on it, as application/hal+json.
func isJSON(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && (strings.HasSuffix(kind, "/json") || strings.HasSuffix(kind, "+json"))
}

// Ping asks for the service's own address, and returns the status line of whatever it answers. The error is as Get's.
func (c *Client) Ping(ctx context.Context) (string, error) {
	own, cancel := context.WithTimeout(ctx, c.o.RequestTimeout)
	defer cancel()
	a, err := c.ask(own, c.below("", nil))
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil && !errors.Is(err, ErrTooLarge):
		return "", c.away(err)
	}
	return http.StatusText(a.Status), c.refusal(a)
}

// alive reports whether the service still answers, be it that there is nothing at its own address.
func (c *Client) alive(ctx context.Context) bool {
	own, cancel := context.WithTimeout(ctx, c.o.ConnectTimeout)
	defer cancel()
	a, err := c.ask(own, c.below("", nil))
	return err == nil && c.refusal(a) == nil
}
