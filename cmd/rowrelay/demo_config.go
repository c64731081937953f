package main

import (
	"strconv"
	"strings"
)

// demoConfig is an ordinary file: the daemon of the demo is the one that `run` starts.
const demoConfig = `# Written by rowrelay demo; every key is explained in docs/config.md.
instance: demo
shutdown_grace: 5s
log: { format: text }

connections:
  erp:     { url: %s }
  relaydb: { url: %s }
  mq:
    url: stomp://%s # the demo's broker, gone with it: put yours here, with user and password,
    broker: other                # and delete this line: ActiveMQ, Artemis and RabbitMQ say what they are

store: { connection: relaydb, id: demo }

feeds:
  orders:
    poll_interval: 200ms
    retry: { max_attempts: 5, initial: 500ms }
    source:
      connection: erp
      table: orders
      sequence: order_seq
      start: first
      business_key: order_no

    process:                     # what every row goes through, in order
      - name: no drafts
        filter: status != "DRAFT"                # the other rows are FILTERED, and nothing is sent
      - name: customer
        lookup:
          into: customer
          connection: erp
          rows: one                              # an order without its customer would be FAILED
          sql: SELECT name, country FROM customers WHERE id = :customer_id
          cache: { ttl: 10m }

    message:
      root: ord:Order
      namespaces: { ord: "urn:demo:orders" }
      correlation_id: { from: order_no }                  # JMSCorrelationID
      properties: { country: { from: customer.country } } # a JMS property, for the consumer's selectors
      fields:
        - { to: "@number", from: order_no, required: true }
        - { to: ord:Customer, from: customer.name }
        - { to: ord:Amount, from: amount, type: decimal, scale: 2 }
        - { to: ord:Amount/@currency, from: currency }
        - { to: ord:Created, from: created_at, type: dateTime }
        - { to: ord:Note, from: note }                    # NULL: no element

    sink: { connection: mq, queue: DEMO.ORDERS }

    tests:                       # rowrelay test runs them, without database and broker
      - name: a draft is left out
        row: { order_no: A-1, status: DRAFT }
        expect: { outcome: FILTERED }
      - name: the message has the customer's name, and two decimals
        row:
          { order_no: A-2, status: RELEASED, customer_id: 2, amount: "10.5", currency: EUR, created_at: "2026-09-01T12:03:07Z", note: null }
        lookups: { customer: { name: O'Neill <Ltd>, country: IE } }
        expect:
          outcome: SENT
          message:
            ord:Order/@number: A-2
            ord:Order/ord:Customer: O'Neill <Ltd>
            ord:Order/ord:Amount: "10.50"
            ord:Order/ord:Amount/@currency: EUR
            ord:Order/ord:Note: null
          properties: { country: IE }
          headers: { correlation_id: A-2 }
`

// demoFilter is the name of the filter in demoConfig.
const demoFilter = "no drafts"

// sqliteValue is a SQLite address as a scalar of the file.
func sqliteValue(path string) string {
	return strconv.Quote("sqlite:" + strings.ReplaceAll(path, "${", "$${"))
}
