package stompbroker

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/go-stomp/stomp/v3/frame"
)

// session is one connection. Its frames are handled one after the other by run.
type session struct {
	b    *Broker
	conn net.Conn
	buf  *bufio.Reader
	in   *frame.Reader
	once sync.Once
	done chan struct{}

	out outbox

	limit time.Duration // the longest silence of the client; 0: any
	tx    map[string]*transaction
	subs  map[string]*subscription
	tasks sync.WaitGroup
}

type transaction struct {
	messages []Message
	doomed   bool // a SEND was rejected: COMMIT fails
}

func newSession(b *Broker, conn net.Conn) *session {
	buf := bufio.NewReaderSize(conn, 64<<10)
	return &session{
		b: b, conn: conn, buf: buf, in: frame.NewReader(buf), // NewReader takes a large bufio.Reader as it is
		done: make(chan struct{}), out: newOutbox(conn),
		tx: map[string]*transaction{}, subs: map[string]*subscription{},
	}
}

func (s *session) close() {
	s.once.Do(func() {
		close(s.done)
		s.conn.Close()
	})
}

func (s *session) run() {
	defer s.tasks.Wait()
	defer s.release()
	defer s.close()
	if !s.login() {
		return
	}
	for {
		f, err := s.read()
		if err != nil || f != nil && !s.handle(f) {
			return
		}
		if s.buf.Buffered() == 0 && s.out.flush() != nil {
			return
		}
	}
}

func (s *session) read() (*frame.Frame, error) {
	if s.limit > 0 {
		if err := s.conn.SetReadDeadline(time.Now().Add(s.limit)); err != nil {
			return nil, err
		}
	}
	return s.in.Read()
}

// login answers CONNECT and agrees on heart-beats.
func (s *session) login() bool {
	s.limit = 10 * time.Second // for a client that connects and says nothing
	f, err := s.read()
	if err != nil || f == nil || f.Command != frame.CONNECT && f.Command != frame.STOMP {
		return false
	}
	s.limit = 0
	if err := s.conn.SetReadDeadline(time.Time{}); err != nil {
		return false
	}
	o := s.b.opts
	if o.User != "" && (f.Header.Get(frame.Login) != o.User || f.Header.Get(frame.Passcode) != o.Password) {
		s.fail("", "User name or password is invalid.")
		return false
	}
	ours := max(o.Heartbeat, 0)
	s.beats(ours, f.Header.Get(frame.HeartBeat))
	return s.send(frame.New(frame.CONNECTED, frame.Version, "1.2", frame.Server, o.Server,
		frame.HeartBeat, fmt.Sprintf("%d,%d", ours.Milliseconds(), ours.Milliseconds()))) && s.out.flush() == nil
}

// beats starts the broker's own beats and sets how long the client may be silent.
func (s *session) beats(ours time.Duration, header string) {
	theirs, wanted, err := frame.ParseHeartBeat(header)
	if err != nil || ours == 0 {
		return
	}
	if theirs > 0 {
		s.limit = 2 * max(theirs, ours)
	}
	if wanted > 0 {
		s.tasks.Go(func() { s.beat(max(wanted, ours)) })
	}
}

func (s *session) beat(every time.Duration) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-s.done:
			return
		case <-t.C:
		}
		if !s.b.faults.silent() && (s.out.write(nil) != nil || s.out.flush() != nil) {
			s.close()
			return
		}
	}
}

// handle answers one frame and reports whether the session goes on.
func (s *session) handle(f *frame.Frame) bool {
	switch f.Command {
	case frame.SEND:
		return s.sent(f)
	case frame.BEGIN:
		s.tx[f.Header.Get(frame.Transaction)] = &transaction{}
	case frame.COMMIT:
		return s.commit(f)
	case frame.ABORT:
		delete(s.tx, f.Header.Get(frame.Transaction))
	case frame.SUBSCRIBE:
		s.subscribe(f)
	case frame.UNSUBSCRIBE:
		s.unsubscribe(f.Header.Get(frame.Id))
	case frame.ACK:
		s.ack(f.Header.Get(frame.Id))
	case frame.DISCONNECT:
		_ = s.receipt(f) && s.out.flush() == nil
		return false
	default:
		return s.fail(f.Header.Get(frame.Receipt), "unsupported command "+f.Command)
	}
	return s.receipt(f)
}

// sent stores a message, or keeps it for COMMIT, and then confirms it.
func (s *session) sent(f *frame.Frame) bool {
	m := Message{Destination: f.Header.Get(frame.Destination), Body: f.Body, headers: f.Header}
	if o := s.b.opts; o.MaxFrame > 0 && len(m.Body) > o.MaxFrame || s.b.faults.kills(m) {
		return false
	}
	id, inside := f.Header.Contains(frame.Transaction)
	if inside {
		return s.collect(id, m, f)
	}
	if s.b.faults.rejects(m) {
		return s.fail(f.Header.Get(frame.Receipt), s.b.faults.why())
	}
	if !s.b.faults.pass(s.done) {
		return false
	}
	s.b.store.add(m)
	return s.confirm(f)
}

func (s *session) collect(id string, m Message, f *frame.Frame) bool {
	t := s.tx[id]
	if t == nil {
		return s.fail(f.Header.Get(frame.Receipt), "invalid transaction id: "+id)
	}
	if s.b.faults.rejects(m) {
		t.doomed = true
		return s.fail(f.Header.Get(frame.Receipt), s.b.faults.why())
	}
	t.messages = append(t.messages, m)
	return s.receipt(f)
}

func (s *session) commit(f *frame.Frame) bool {
	id := f.Header.Get(frame.Transaction)
	t := s.tx[id]
	delete(s.tx, id)
	if t == nil {
		return s.fail(f.Header.Get(frame.Receipt), "invalid transaction id: "+id)
	}
	if t.doomed {
		return s.fail(f.Header.Get(frame.Receipt), "transaction was rolled back: "+s.b.faults.why())
	}
	if !s.b.faults.pass(s.done) {
		return false
	}
	s.b.store.add(t.messages...)
	return s.confirm(f)
}

// confirm gives the receipt of what has been stored, unless a fault keeps it.
func (s *session) confirm(f *frame.Frame) bool {
	return !s.b.faults.loses() && s.b.faults.pause(s.done) && s.receipt(f)
}

func (s *session) receipt(f *frame.Frame) bool {
	id, asked := f.Header.Contains(frame.Receipt)
	return !asked || s.send(frame.New(frame.RECEIPT, frame.ReceiptId, id))
}

func (s *session) send(f *frame.Frame) bool { return s.out.write(f) == nil }

// fail sends an ERROR and reports whether this broker keeps the connection afterwards.
func (s *session) fail(receipt, text string) bool {
	f := frame.New(frame.ERROR, frame.Message, text)
	if receipt != "" {
		f.Header.Add(frame.ReceiptId, receipt)
	}
	return s.send(f) && s.out.flush() == nil && !strings.HasPrefix(s.b.opts.Server, "ActiveMQ-Artemis")
}

// release gives back what the subscriptions hold; open transactions are forgotten.
func (s *session) release() {
	for id := range s.subs {
		s.unsubscribe(id)
	}
}
