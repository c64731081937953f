package config

import "time"

// serviceKeys are about the service itself.
var serviceKeys = []entry{
	{"instance", named("name", dottedName), "the host's name", "who this daemon is; letters, digits, `.`, `_`, `-`, at most 128; two living processes may not share one"},
	{"shutdown_grace", duration(time.Millisecond, time.Hour), "", "how long SIGTERM waits for what is in flight; a second process under the same name waits as long for the first"},
	{"log", section, "none", "how much is logged, and how"},
	{"log.level", words("debug", "info", "warn", "error"), "", "how much is logged"},
	{"log.format", words("auto", "text", "json"), "", "auto is text on a terminal, json otherwise"},
	{"store", section, "none", "where READ_DATA_INFO, DUMPED_DATA and their neighbours are kept"},
	{"store.connection", filled("name of a connection"), "none", "PostgreSQL or SQLite database of READ_DATA_INFO and DUMPED_DATA; none is the SQLite file `rowrelay.db` in `$STATE_DIRECTORY` or the working directory, for one instance only"},
	{"store.schema", named("name", schemaName), "", "the store's schema; PostgreSQL only"},
	{"store.id", named("name", dottedName), "the store's own", "first part of every message id; letters, digits, `.`, `_`, `-`; unlike the store's: exit 78; a message id `<store.id>.<feed>.<seq>` has at most 200 characters"},
	{"defaults", section, "none", "any single value of a feed, for every feed; the feed's own value wins; lists stand in the feeds only"},
}

// connectionKeys say where things are.
var connectionKeys = []entry{
	{"connections", sections("connections by name", plainName), "required", "where things are: databases, brokers and web services, by a name of letters, digits, `_` and `-`, at most 64"},
	{"connections.NAME", section, "none", "one database, broker or web service: where it is, and how to reach it"},
	{"connections.NAME.url", named("URL", addressText), "required, or urls", "`postgres://host:5432/database`, `sqlite:FILE`, `stomp://host:61613`, `stomp+tls://host:61613`, `http://host/path` or `https://host/path`; no user and no password in it. A relative FILE begins in the working directory"},
	{"connections.NAME.urls", list("list of URLs", addressText), "required, or url", "instead of `url`: several addresses of one broker, tried in order; all with one scheme"},
	{"connections.NAME.user", free("text"), "none", "login name"},
	{"connections.NAME.password", free("secret"), "none", "printed as `***` everywhere; best written as `${file:/path}`"},
	{"connections.NAME.require_read_only", trueFalse, "", "as a source: an account that may write is refused (MAY_WRITE)"},
	{"connections.NAME.timezone", filled("IANA name"), "", "what timestamps without a zone mean in this database"},
	{"connections.NAME.tls", section, "none", "PEM files, and the name to expect in the server's certificate; for `postgres`, `stomp+tls` and `https`"},
	{"connections.NAME.tls.ca_file", filled("path"), "the system's", "PEM file of the authorities that may have signed the server's certificate"},
	{"connections.NAME.tls.cert_file", filled("path"), "none", "PEM file of our own certificate; together with `key_file`"},
	{"connections.NAME.tls.key_file", filled("path"), "none", "PEM file of its private key"},
	{"connections.NAME.tls.server_name", filled("name"), "the URL's host", "the name to expect in the server's certificate"},
	{"connections.NAME.pool", section, "none", "how many connections to the database are open"},
	{"connections.NAME.pool.max_open", number(1, 1000), "", "open connections to the database at most"},
	{"connections.NAME.pool.max_idle", number(0, 1000).called("0 to max_open"), "", "of them kept while nothing is to be done"},
	{"connections.NAME.pool.max_lifetime", duration(time.Second, 365*day), "", "after which a connection is replaced"},
	{"connections.NAME.timeouts", section, "none", "how long is waited for the server"},
	{"connections.NAME.timeouts.connect", duration(time.Millisecond, time.Hour), "", "for reaching and greeting the server"},
	{"connections.NAME.timeouts.request", duration(time.Millisecond, day), "", "for one statement of a database, or one question to a web service with its answer"},
	{"connections.NAME.timeouts.receipt", duration(time.Millisecond, day), "", "for a broker's receipt; after it the connection is dropped and what had no receipt is sent again under the same ids"},
	{"connections.NAME.broker", words("auto", "artemis", "activemq", "rabbitmq", "other"), "", "what the broker is; auto asks its `server` header, and sends nothing to an unknown one"},
	{"connections.NAME.vhost", filled("text"), "none", "virtual host; RabbitMQ only"},
	{"connections.NAME.heartbeat", duration(100*time.Millisecond, time.Hour), "", "STOMP heart-beats, both ways"},
	{"connections.NAME.max_frame", size(1<<10, 1<<30), "the broker's", "the broker's limit of a message; unless it is written, what is known of the broker (RabbitMQ 4 MB). Larger ones are XML_TOO_LARGE before they are sent"},
	{"connections.NAME.headers", free("secret by name").by(token), "none", "sent with every question to a web service: `{ Authorization: \"Bearer ${TOKEN}\" }`; printed as `***` everywhere"},
	{"connections.NAME.rate_limit", named("rate, `100/s`", rateText), "none", "questions to a web service at most, of one feed"},
}
