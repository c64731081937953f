package sink

import (
	"bufio"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/go-stomp/stomp/v3/frame"
)

// conn is one logged-in connection: a goroutine that reads, and one that writes and beats.
type conn struct {
	peer   string // "ActiveMQ-Artemis/2.31.2 at mq1:61613"
	broker Broker // by its `server` header

	link  net.Conn
	pulse *pulse
	in    *frame.Reader
	out   *bufio.Writer
	beat  time.Duration // 0: the broker wants none

	queue  chan []*frame.Frame // to the writer; what stands in one slice leaves in one piece
	events chan *frame.Frame   // from the reader: RECEIPT and ERROR

	once sync.Once
	done chan struct{} // closed at the end; err says why
	err  error
	both sync.WaitGroup
}

func newConn(link net.Conn, o Options) *conn {
	p := &pulse{Conn: link}
	return &conn{
		link: link, pulse: p,
		in:     frame.NewReaderSize(p, 16<<10),
		out:    bufio.NewWriterSize(&patience{link, o.ReceiptTimeout}, 64<<10),
		queue:  make(chan []*frame.Frame),
		events: make(chan *frame.Frame, o.BatchMax+8), // a receipt each, and an ERROR: the reader never waits
		done:   make(chan struct{}),
		beat:   o.Heartbeat,
	}
}

// agree settles the heart-beats by the broker's header of CONNECTED: each side beats at the slower
// of what one offers and the other wants. Two intervals of silence are death.
func (c *conn) agree(header string) error {
	if header == "" {
		header = "0,0"
	}
	offers, wants, err := frame.ParseHeartBeat(header)
	if err != nil {
		return fmt.Errorf("heart-beat %q: %w", header, err)
	}
	ours := c.beat
	c.beat = 0
	if wants > 0 {
		c.beat = max(ours, wants)
	}
	if offers > 0 {
		c.pulse.limit = 2 * max(ours, offers)
	}
	return nil
}

func (c *conn) start() {
	c.both.Go(c.read)
	c.both.Go(c.write)
}

// fail ends the connection for the first reason that is given.
func (c *conn) fail(err error) {
	c.once.Do(func() {
		c.err = err
		close(c.done)
		c.link.Close()
	})
}

// close ends the connection and waits for its goroutines, so that no body is in use afterwards.
func (c *conn) close() {
	c.fail(net.ErrClosed)
	c.both.Wait()
}

// goodbye closes politely: a broker would log a connection that just goes away.
func (c *conn) goodbye() {
	select {
	case c.queue <- []*frame.Frame{frame.New(frame.DISCONNECT, frame.Receipt, "bye")}:
		select {
		case <-c.events:
		case <-c.done:
		case <-time.After(time.Second):
		}
	case <-c.done:
	case <-time.After(time.Second):
	}
	c.close()
}

func (c *conn) read() {
	for {
		f, err := c.in.Read()
		if err != nil {
			c.fail(fmt.Errorf("read: %w", err))
			return
		}
		if f == nil {
			continue
		}
		select {
		case c.events <- f:
		case <-c.done:
			return
		}
	}
}

func (c *conn) write() {
	frames := frame.NewWriter(hidden{c.out})
	var tick <-chan time.Time
	if c.beat > 0 {
		t := time.NewTicker(c.beat / 2)
		defer t.Stop()
		tick = t.C
	}
	for quiet := false; ; {
		var err error
		select {
		case <-c.done:
			return
		case batch := <-c.queue:
			quiet = false
			err = c.writeAll(frames, batch)
		case <-tick:
			if quiet {
				err = c.writeAll(frames, []*frame.Frame{nil})
			}
			quiet = true
		}
		if err != nil {
			c.gone(err)
			return
		}
	}
}

// writeAll writes what is queued and flushes when the queue is empty.
func (c *conn) writeAll(frames *frame.Writer, batch []*frame.Frame) error {
	for {
		for _, f := range batch {
			if err := frames.Write(f); err != nil {
				return err
			}
		}
		select {
		case batch = <-c.queue:
		default:
			return c.out.Flush()
		}
	}
}

// gone leaves the reader a moment to find the ERROR that a broker wrote before it closed.
func (c *conn) gone(err error) {
	t := time.AfterFunc(time.Second, func() { c.fail(fmt.Errorf("write: %w", err)) })
	<-c.done
	t.Stop()
}
