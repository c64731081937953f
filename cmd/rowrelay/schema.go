package main

// schemaCmd is what others are given to check against.
type schemaCmd struct {
	Message schemaMessageCmd `cmd:"" help:"Print the XSD of a feed's messages, for the receiver."`
}
