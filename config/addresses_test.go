package config

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAddresses(t *testing.T) {
	for url, want := range map[string]string{
		"postgres://db:5432/erp":                               "",
		"postgres://db/erp?sslmode=disable":                    "",
		"postgres://db1:5432,db2:5433/erp":                     "",
		"postgres://[::1]:5432/erp":                            "",
		"postgres:///erp?host=/run/postgresql&sslmode=disable": "",
		"sqlite:orders.db":                                     "",
		"sqlite:///var/lib/orders.db":                          "",
		"sqlite:/var/lib/orders.db":                            "",
		"stomp://127.0.0.1:61613":                              "",
		"stomp+tls://mq:61614/":                                "",

		"":                                 "url has no scheme that is known here",
		"mq:61613":                         "url has no scheme that is known here",
		"amqp://mq:5672":                   "url has no scheme that is known here",
		"tcp://mq:61616":                   "url has no scheme that is known here",
		"https://api?x=1":                  "a service's address ends with its path",
		"https://":                         "url is no address",
		"postgres:///erp":                  "url is no address",
		"postgres:erp":                     "url is no address",
		"postgres://db:x/erp":              "url is no address",
		"postgres://db1,u:p@db2/erp":       "url is no address",
		"postgres://db":                    "the address names no database",
		"postgres://u@db/erp":              "no user and no password in a URL",
		"postgres://u:p%zz@db/erp":         "url is no address",
		"postgres://db/erp?password=x":     "no user and no password in a URL",
		"postgres://db/erp?sslmode=prefer": "sslmode is disable, require, verify-ca, verify-full",
		"sqlite:":                          "a SQLite address is sqlite: and a file, without parameters",
		"sqlite://orders.db":               "a SQLite address is sqlite: and a file, without parameters",
		"stomp://mq1:61613,mq2:61613":      "url is no address",
		"stomp://mq:61613/vhost":           "a broker's address ends with its port",
		"stomp://mq":                       "the address has no port",
	} {
		_, complaints := Parse("f.yaml", []byte("connections: { c: { url: "+strconv.Quote(url)+" } }\n"), environment(nil, nil), Run)
		var got string
		for _, c := range complaints {
			if c.Line == 1 {
				got = c.Text
			}
		}
		require.Equal(t, want, got, url)
	}
}
