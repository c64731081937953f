// Package message turns a row into the XML document that the receiver needs.
package message
