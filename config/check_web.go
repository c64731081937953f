package config

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// webAddress checks the address that every question begins with.
func (c *checker) webAddress(path string, u *url.URL) {
	if u.RawQuery != "" || u.Fragment != "" {
		c.wrong(path, "a service's address ends with its path", "write parameters as query of the lookup")
	}
}

// token is the name of a header, https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
var token = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

// ownHeaders are what a question has in any case, or what belongs to one connection.
var ownHeaders = []string{"host", "content-length", "transfer-encoding", "connection", "te", "trailer", "upgrade", "accept-encoding"}

// questions checks what goes with every question to a web service.
func (c *checker) questions(path string, at Connection) {
	for _, name := range sortedKeys(at.Headers) {
		header := path + ".headers." + name
		switch {
		case !c.sound(header):
		case !token.MatchString(name):
			c.wrong(header, quote(name)+" is no name of a header", "write a name as Authorization or X-Api-Key")
		case slices.Contains(ownHeaders, strings.ToLower(name)):
			c.wrong(header, name+" is no header that can be set", "remove it")
		case strings.ContainsFunc(at.Headers[name].Reveal(), func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
			c.wrong(header, "a header is one line of text", "look for a line end in the value, or in the file that it comes from")
		case strings.EqualFold(name, "authorization") && at.User != "":
			c.wrong(header, "user and the header Authorization are two logins", "keep one of them")
		}
	}
}

// http checks the question of a lookup.
func (c *checker) http(path string, h HTTP) {
	if !c.sound(path) {
		return
	}
	c.require(path+".get", "write the path below the connection's url: /customers/{customer_id}")
	c.matches(path+".get", h.Get, isWebPath, "get is a path that begins with / and has neither ? nor # nor .. in it", "write /customers/{customer_id}; parameters stand in query")
	for _, name := range sortedKeys(h.Query) {
		c.matches(path+".query."+name, name, printable, "a parameter's name is one line of text", "rename it")
	}
	c.expression(path+".select", h.Select)
	for _, status := range h.Missing {
		if c.sound(path+".missing") && (status < 200 || status > 499 || status >= 300 && status < 400) {
			c.wrong(path+".missing", "missing holds statuses from 200 to 299 and from 400 to 499", "write missing: [404]")
		}
	}
}

// values are what stands in braces; what they hold may be any text.
var values = regexp.MustCompile(`\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}`)

// isWebPath: in a plain path ? and # would begin something else, and white space has no place.
func isWebPath(path string) bool {
	plain := values.ReplaceAllString(path, "x")
	return strings.HasPrefix(path, "/") && !strings.ContainsAny(plain, "?# \t\r\n\\") && !slices.Contains(strings.Split(plain, "/"), "..")
}
