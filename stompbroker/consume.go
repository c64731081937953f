package stompbroker

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"time"

	"github.com/go-stomp/stomp/v3/frame"
)

// Consume subscribes to a destination of a broker of this package and calls take for each message,
// acknowledging it afterwards. It returns nil when ctx ends, and an error when the connection is
// lost: what was not acknowledged is then delivered again to the next consumer.
func Consume(ctx context.Context, addr, destination string, take func(Message)) error {
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("connect to %s: %w", addr, err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if err = consume(conn, destination, take); ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("consume from %s: %w", destination, err)
}

func consume(conn net.Conn, destination string, take func(Message)) error {
	buf := bufio.NewReaderSize(conn, 64<<10)
	in, out := frame.NewReader(buf), newOutbox(conn)
	for _, f := range []*frame.Frame{
		frame.New(frame.CONNECT, frame.AcceptVersion, "1.2", frame.Host, "localhost", frame.HeartBeat, "0,0"),
		frame.New(frame.SUBSCRIBE, frame.Id, "1", frame.Destination, destination, frame.Ack, frame.AckClientIndividual),
	} {
		if err := out.write(f); err != nil {
			return err
		}
	}
	for {
		if buf.Buffered() == 0 {
			if err := out.flush(); err != nil {
				return err
			}
		}
		f, err := in.Read()
		if err != nil {
			return err
		}
		if f == nil || f.Command != frame.MESSAGE {
			continue
		}
		take(Message{Destination: f.Header.Get(frame.Destination), Body: f.Body, headers: f.Header})
		if err := out.write(frame.New(frame.ACK, frame.Id, f.Header.Get(frame.Ack))); err != nil {
			return err
		}
	}
}
