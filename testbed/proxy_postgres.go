package testbed

import (
	"bufio"
	"encoding/binary"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// PostgresProxy is a Proxy that knows PostgreSQL's messages, and so when the server has committed. It does not
// understand TLS: connect with sslmode=disable.
type PostgresProxy struct{ *Proxy }

// NewPostgresProxy forwards to the server at addr until the test ends.
func NewPostgresProxy(t testing.TB, addr string) *PostgresProxy {
	t.Helper()
	return &PostgresProxy{newProxy(t, addr, postgresSpeech)}
}

// URL is the database URL with the proxy's address in place of the server's.
func (p *PostgresProxy) URL(t testing.TB, database string) string {
	t.Helper()
	u, err := url.Parse(database)
	require.NoError(t, err)
	u.Host = p.Addr
	return u.String()
}

// CutAfterCommit resets the connection when the server has committed and answered, but before the client sees that
// answer, for the next n transactions (a lone statement is one too) whose SQL contains text.
func (p *PostgresProxy) CutAfterCommit(n int, text string) {
	p.CutBefore(n, func(asked, answer string) bool {
		return committed([]byte(answer)) && strings.Contains(asked, text)
	})
}

// The messages that matter here, from "Message Formats" in PostgreSQL's documentation: one byte of type, four of
// length (counting themselves), content.
const (
	commandComplete = 'C'
	readyForQuery   = 'Z' // its one byte of content is 'I' outside a transaction
)

// postgresSpeech takes each message as an answer of its own, but all from a CommandComplete to ReadyForQuery as one.
var postgresSpeech = speech{
	next: func(r *bufio.Reader) ([]byte, error) {
		all, err := message(r)
		if err != nil || all[0] != commandComplete {
			return all, err
		}
		for {
			m, err := message(r)
			if err != nil {
				return nil, err
			}
			all = append(all, m...)
			if m[0] == readyForQuery {
				return all, nil
			}
		}
	},
	settles: committed,
}

func message(r *bufio.Reader) ([]byte, error) {
	head, err := r.Peek(5)
	if err != nil {
		return nil, err
	}
	m := make([]byte, 1+binary.BigEndian.Uint32(head[1:]))
	_, err = io.ReadFull(r, m)
	return m, err
}

// committed tells a command's end outside any transaction: what it did is done, or it was a ROLLBACK.
func committed(answer []byte) bool {
	return answer[0] == commandComplete && answer[len(answer)-1] == 'I'
}
