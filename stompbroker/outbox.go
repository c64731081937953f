package stompbroker

import (
	"bufio"
	"io"
	"net"
	"sync"

	"github.com/go-stomp/stomp/v3/frame"
)

// outbox writes frames of several goroutines to one connection and leaves it to them when to
// flush, so that the receipts of a burst leave in one piece.
type outbox struct {
	mu     *sync.Mutex
	buf    *bufio.Writer
	frames *frame.Writer
}

func newOutbox(conn net.Conn) outbox {
	buf := bufio.NewWriterSize(conn, 64<<10)
	// The struct hides that buf is a bufio.Writer: the frame's writer flushes its own at every frame.
	return outbox{&sync.Mutex{}, buf, frame.NewWriter(struct{ io.Writer }{buf})}
}

// write appends a frame; nil is a heart-beat.
func (o outbox) write(f *frame.Frame) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.frames.Write(f)
}

func (o outbox) flush() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Flush()
}
