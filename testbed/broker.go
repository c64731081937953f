package testbed

import "errors"

const (
	activemqHome   = "/usr/share/activemq"
	rabbitmqServer = "/usr/lib/rabbitmq/bin/rabbitmq-server"
)

// Broker is a running message broker.
type Broker struct{}

type brokerProcess struct{ *Broker }

func (b *brokerProcess) remove() {}

func newBroker(Part) (*brokerProcess, error) { return nil, errors.New("not yet") }
