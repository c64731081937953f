package sink

import (
	"testing"

	"github.com/go-stomp/stomp/v3/frame"
	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
)

func TestOutageIsSeenWhateverTheQueueIsCalled(t *testing.T) {
	for _, c := range []struct {
		destination, text string
		want              record.Code
	}{
		{"/queue/in", "broker is shutting down", record.ConnLost},
		{"/queue/access", "access_refused", record.ConnAuth},
		{"/queue/resource", "RESOURCE_ERROR - disk alarm", record.ConnBlocked},
		{"/queue/RESOURCE", "RESOURCE_ERROR - disk alarm", record.ConnBlocked},
		{"/queue/queue", "no queue 'queue' in vhost '/'", record.ConnBlocked},
		{"/queue/e", "connection_forced", record.ConnLost},
		{"/queue/down", "the broker is shutting down", record.ConnLost},
		{"full", `AMQ229102: Address "full" is full`, record.ConnBlocked},
		{"/queue/shutdown", "no queue 'shutdown' in vhost '/'", record.ConnBlocked},
		{"/queue/shutdown", "CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'", record.ConnLost},
		{"/queue/shutdown", "ShutdownException", record.ConnLost},
		{"/queue/SHUTDOWN", "shutdown in progress", record.ConnLost},
		{"/queue/shutdown", "shutdown_started", record.ConnLost},
		{"", "Access refused for user 'shutdown'", record.ConnAuth},
	} {
		code, is := outageIn(c.text, c.destination)
		require.True(t, is, "%+v", c)
		require.Equal(t, c.want, code, "%+v", c)
	}
}

func TestQueueThatIsCalledLikeAnOutageIsNone(t *testing.T) {
	for _, c := range []struct{ destination, text string }{
		{"/queue/shutting.down.orders", "message to queue 'shutting.down.orders' is too large"},
		{"/queue/SHUTDOWN", "message rejected by queue://SHUTDOWN"},
		{"shutdown", "AMQ339011 Error sending message to shutdown: shutdown takes no such message."},
		{"/queue/orders.shutdown", "queue 'orders.shutdown' in vhost '/' refuses 'orders.shutdown'"},
		{"/queue/shutting down", "queue 'shutting down' refuses the message"},
		{"/queue/not_found", "PRECONDITION_FAILED - message too large for 'not_found'"},
		{"/exchange/shutdown/orders", "exchange 'shutdown' refuses the message"},
		{"/queue/orders,nodedown", "queue://nodedown refuses the message"},
		{"/queue/shutdown?timeout=1", "queue://shutdown refuses the message"},
		{"plant/shutdown/in", "address plant/shutdown/in refuses the message"},
		{"/queue/größe.shutdown", "queue 'größe.shutdown' refuses the message"},
	} {
		code, is := outageIn(c.text, c.destination)
		require.False(t, is, "%s for %+v", code, c)
	}
}

func TestPropertiesOfTheMessageAreNoPartOfTheText(t *testing.T) {
	const all = "CoreMessage[messageID=29, properties=[dedupId=acme.shutdown.7, reply=not_found]]"
	for _, c := range []struct{ message, body, want string }{
		{"AMQ339011 Error sending message " + all, "it is too large", "AMQ339011 Error sending message: it is too large"},
		{"User name [relay] or password is invalid.", "java.lang.SecurityException", "User name [relay] or password is invalid: java.lang.SecurityException"},
		{"AMQ339011 Error sending message", "cannot store " + all, "AMQ339011 Error sending message: cannot store"},
	} {
		f := frame.New(frame.ERROR, frame.Message, c.message, frame.ReceiptId, "shutdown")
		f.Body = []byte(c.body + "\n\tat shutdown")
		require.Equal(t, c.want, errorText(f))
	}
}
