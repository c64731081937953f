package testbed

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
)

// keeps tells whether RabbitMQ would come back with a queue: it stands in the log of transactions, with its commit, or in the table that
// the log is copied to now and then.
func (b *BrokerProcess) keeps(queue string) bool {
	read := func(name string) []byte { // nothing while there is no such file
		content, _ := os.ReadFile(filepath.Join(b.dir, "mnesia", rabbitmqNode, name))
		return content
	}
	return mnesiaCommitted(read("LATEST.LOG"), queue) ||
		bytes.Contains(read("rabbit_durable_queue.DCL"), []byte(queue)) || bytes.Contains(read("rabbit_durable_queue.DCD"), []byte(queue))
}

// mnesiaCommitted tells whether a log of Mnesia, which holds RabbitMQ's definitions, has both the transaction that made a queue and its
// commit. These are two entries, and RabbitMQ syncs the log when it has written the first. The second is written by a process that nobody
// waits for; if it comes after the sync, it stays in memory for two seconds. A start takes back what has the first alone ("presume_abort").
func mnesiaCommitted(log []byte, queue string) bool {
	for _, entry := range bytes.Split(log, []byte("bWLA")) { // the mark before each
		if !bytes.Contains(entry, []byte(queue)) {
			continue
		}
		_, decision, _ := bytes.Cut(entry, []byte("decision"))
		id, _, undecided := bytes.Cut(decision, []byte("\x0dpresume_abort"))
		if !undecided || bytes.Contains(log, slices.Concat([]byte("decision"), id, []byte("\x09committed"))) {
			return true
		}
	}
	return false
}
