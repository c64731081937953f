package testbed

import (
	"bufio"
	"net"
	"time"
)

// ask carries what the client sends.
func (l *link) ask() {
	l.carry(l.client, l.server, anything.next, func(b []byte) bool {
		if l.proxy.rule.left > 0 {
			l.asked.Write(b)
		}
		return true
	})
}

// answer carries what the server sends, unless the proxy's rule says that no client shall see it.
func (l *link) answer() {
	l.carry(l.server, l.client, l.proxy.speech.next, func(b []byte) bool {
		r := &l.proxy.rule
		if r.left > 0 && r.match(l.asked.String(), string(b)) {
			r.left--
			l.proxy.reset(l)
			return false
		}
		if l.proxy.speech.settles(b) {
			l.asked.Reset()
		}
		return true
	})
}

// carry copies from one side to the other until either ends; look sees each piece first, under the proxy's lock, and
// says whether to pass it on.
func (l *link) carry(from, to *net.TCPConn, next func(*bufio.Reader) ([]byte, error), look func([]byte) bool) {
	defer l.end()
	in := bufio.NewReaderSize(from, 64<<10)
	for {
		b, err := next(in)
		if err != nil || !l.pass(b, look) {
			return
		}
		if _, err := to.Write(b); err != nil {
			return
		}
	}
}

// pass waits as the proxy demands and then looks.
func (l *link) pass(b []byte, look func([]byte) bool) bool {
	p := l.proxy
	p.mu.Lock()
	delay := p.delay
	p.mu.Unlock()
	time.Sleep(delay) // the fault that was asked for
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.hold {
		p.change.Wait()
	}
	return look(b)
}

// end closes both sides in the ordinary way when one has.
func (l *link) end() {
	l.proxy.mu.Lock()
	defer l.proxy.mu.Unlock()
	delete(l.proxy.links, l)
	_, _ = l.client.Close(), l.server.Close()
}
