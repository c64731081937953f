package bench

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// Receipts is a STOMP server that takes everything, confirms what asks for it, and keeps nothing: the cheapest receiver that a
// sender can have. It calls itself ActiveMQ, so that transactions come with one receipt each.
type Receipts struct {
	listener net.Listener
	sends    atomic.Int64
	mu       sync.Mutex
	links    map[net.Conn]bool
	running  sync.WaitGroup
}

// NewReceipts starts the server on a free port of the loopback interface.
func NewReceipts() (*Receipts, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &Receipts{listener: l, links: map[net.Conn]bool{}}
	r.running.Go(r.accept)
	return r, nil
}

// Addr is 127.0.0.1:PORT.
func (r *Receipts) Addr() string { return r.listener.Addr().String() }

// Sends is how many SEND frames came so far.
func (r *Receipts) Sends() int64 { return r.sends.Load() }

// Close ends the server and its connections.
func (r *Receipts) Close() error {
	err := r.listener.Close()
	r.mu.Lock()
	for link := range r.links {
		link.Close()
	}
	r.mu.Unlock()
	r.running.Wait()
	return err
}

func (r *Receipts) accept() {
	for {
		link, err := r.listener.Accept()
		if err != nil {
			return
		}
		r.mu.Lock()
		r.links[link] = true
		r.mu.Unlock()
		r.running.Go(func() { r.serve(link) })
	}
}

func (r *Receipts) serve(link net.Conn) {
	defer func() {
		link.Close()
		r.mu.Lock()
		delete(r.links, link)
		r.mu.Unlock()
	}()
	in, out := bufio.NewReaderSize(link, 256<<10), bufio.NewWriter(link)
	for {
		frame, err := readFrame(in)
		if err != nil {
			return
		}
		r.answer(out, frame)
		if in.Buffered() == 0 && out.Flush() != nil {
			return
		}
	}
}

// readFrame reads up to the NUL that ends a frame; one with content-length, whose body may hold NUL, is beyond this server. The
// bytes are valid until the next call.
func readFrame(in *bufio.Reader) ([]byte, error) {
	frame, err := in.ReadSlice(0)
	if err == bufio.ErrBufferFull {
		long := bytes.Clone(frame)
		rest, err := in.ReadBytes(0)
		return bytes.TrimLeft(append(long, rest...), "\r\n"), err
	}
	return bytes.TrimLeft(frame, "\r\n"), err
}

func (r *Receipts) answer(out io.Writer, frame []byte) {
	command, _, _ := bytes.Cut(frame, []byte{'\n'})
	switch string(command) {
	case "CONNECT", "STOMP":
		fmt.Fprint(out, "CONNECTED\nversion:1.2\nheart-beat:0,0\nserver:ActiveMQ/receipts-only\n\n\x00")
		return
	case "SEND":
		r.sends.Add(1)
	}
	head, _, _ := bytes.Cut(frame, []byte("\n\n"))
	if _, after, asked := bytes.Cut(head, []byte("\nreceipt:")); asked {
		id, _, _ := bytes.Cut(after, []byte{'\n'})
		fmt.Fprintf(out, "RECEIPT\nreceipt-id:%s\n\n\x00", id)
	}
}
