package testbed

import (
	"bufio"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Proxy stands between a client and a server on TCP and breaks the line on purpose. Its methods may be called at any
// time from any goroutine.
type Proxy struct {
	Addr string // 127.0.0.1:PORT, where the client connects

	target string
	mu     sync.Mutex
	change *sync.Cond // hold was lifted, or the proxy closed
	listen net.Listener
	links  map[*link]bool
	hold   bool
	closed bool
	delay  time.Duration
	cuts   int
	rule   rule
	speech speech
}

// speech is how a proxy cuts what the server sends into answers.
type speech struct {
	next    func(*bufio.Reader) ([]byte, error) // the next answer; nil when the line ended
	settles func(answer []byte) bool            // whether what the client asked is done with it
}

// anything knows no protocol: an answer is what one read returns.
var anything = speech{
	next: func(r *bufio.Reader) ([]byte, error) {
		if _, err := r.Peek(1); err != nil {
			return nil, err
		}
		b := make([]byte, r.Buffered())
		_, err := r.Read(b)
		return b, err
	},
	settles: func([]byte) bool { return true },
}

// link is one client's connection and the one that we opened to the server for it.
type link struct {
	proxy          *Proxy
	client, server *net.TCPConn
	asked          strings.Builder // what the client sent since an answer settled it; under proxy.mu
}

// rule tells of the server's answers that no client shall see.
type rule struct {
	left  int
	match func(asked, answer string) bool
}

// NewProxy forwards to target until the test ends.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	return newProxy(t, target, anything)
}

func newProxy(t testing.TB, target string, s speech) *Proxy {
	t.Helper()
	port, err := freePort()
	require.NoError(t, err)
	p := &Proxy{Addr: loopback(port), target: target, links: map[*link]bool{}, speech: s}
	p.change = sync.NewCond(&p.mu)
	p.Accept(t)
	t.Cleanup(p.close)
	return p
}

// Accept takes connections again after Refuse.
func (p *Proxy) Accept(t testing.TB) {
	t.Helper()
	l, err := net.Listen("tcp", p.Addr)
	require.NoError(t, err)
	p.mu.Lock()
	p.listen = l
	p.mu.Unlock()
	go p.serve(l)
}

// Refuse closes the port and resets every connection: the server is away.
func (p *Proxy) Refuse() {
	p.mu.Lock()
	_ = p.listen.Close()
	p.mu.Unlock()
	p.Cut()
}

// Cut resets every connection and returns their number. New ones are taken.
func (p *Proxy) Cut() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.links)
	for l := range p.links {
		p.reset(l)
	}
	return n
}

// Hold makes a black hole: connections stay, and take more, but no byte passes, either way, until Hold(false).
func (p *Proxy) Hold(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hold = on
	p.change.Broadcast()
}

// Delay makes whatever one side sends wait before it is passed on to the other.
func (p *Proxy) Delay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = d
}

// CutBefore resets the connection instead of passing on an answer that matches, for the next n of them. match sees what
// the client asked since the answer before, and the answer, as one read returned it; it must not call the Proxy. For a
// broker: func(_, answer string) bool { return strings.Contains(answer, "RECEIPT\n") }.
func (p *Proxy) CutBefore(n int, match func(asked, answer string) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rule = rule{n, match}
}

// Cuts counts the connections that Cut, Refuse and CutBefore have reset.
func (p *Proxy) Cuts() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cuts
}

func (p *Proxy) serve(l net.Listener) {
	for {
		client, err := l.Accept()
		if err != nil {
			return
		}
		go p.connect(client.(*net.TCPConn))
	}
}

func (p *Proxy) connect(client *net.TCPConn) {
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		_ = client.SetLinger(0)
		_ = client.Close()
		return
	}
	l := &link{proxy: p, client: client, server: server.(*net.TCPConn)}
	p.mu.Lock()
	p.links[l] = true
	if p.closed {
		p.reset(l)
	}
	p.mu.Unlock()
	go l.ask()
	l.answer()
}

// reset ends both sides, the client's with RST. The caller holds mu.
func (p *Proxy) reset(l *link) {
	if !p.links[l] {
		return
	}
	delete(p.links, l)
	p.cuts++
	_ = l.client.SetLinger(0)
	_, _ = l.client.Close(), l.server.Close()
}

func (p *Proxy) close() {
	p.mu.Lock()
	p.hold, p.closed = false, true
	p.change.Broadcast()
	p.mu.Unlock()
	p.Refuse()
}
