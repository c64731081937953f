package config

import "time"

// feedKeys are about a feed and its source.
var feedKeys = []entry{
	{"feeds", sections("feeds by name", plainName), "required", "what is carried: feeds, by a name of letters, digits, `_` and `-`, at most 64; it is the feed's identity in the store, in message ids and in logs"},
	{"feeds.NAME", section, "none", "carries one source to one destination"},
	{"feeds.NAME.description", free("text"), "none", "for people"},
	{"feeds.NAME.enabled", trueFalse, "", "false: the feed is checked but not carried"},
	{"feeds.NAME.poll_interval", duration(10*time.Millisecond, 30*day), "", "polls at most this often, and at once again after a full bunch"},
	{"feeds.NAME.workers", number(1, 1024), "", "rows that are converted at the same time. Messages may arrive in any order, and a receiver tells their order by the number in `dedupId`; 1, with `sink.connections: 1`, keeps the order of one daemon while no row is tried again, comes late, or is replayed"},
	{"feeds.NAME.max_in_flight", number(1, 1_000_000), "", "rows read and not yet finished; above 32 MiB of them no more is read either"},
	{"feeds.NAME.retry", section, "none", "how often and when a row is tried again whose trouble might heal"},
	{"feeds.NAME.retry.max_attempts", number(1, 1000), "", "attempts of a row whose trouble might heal, before it is FAILED; an outage costs none"},
	{"feeds.NAME.retry.initial", duration(time.Millisecond, day), "", "from the first attempt to the second"},
	{"feeds.NAME.retry.max", duration(time.Millisecond, 30*day), "", "between two attempts at most"},
	{"feeds.NAME.retry.factor", number(1, 100), "", "each wait is so many times the one before"},
	{"feeds.NAME.retry.jitter", number(0, 1), "", "part of the wait by which it is shortened or prolonged at random"},
	{"feeds.NAME.source", section, "required", "the table or query whose rows are carried"},
	{"feeds.NAME.source.connection", filled("name of a connection"), "required", "a PostgreSQL or SQLite database, which is only read"},
	{"feeds.NAME.source.table", named("name", tableText), "required, or query", "`table` or `schema.table`, as the database spells it, without quotes"},
	{"feeds.NAME.source.query", named("SQL", statementText), "required, or table", "one SELECT that returns the sequence column; it becomes `SELECT * FROM (query) q WHERE ...`, so no semicolon at its end"},
	{"feeds.NAME.source.columns", list("list of names", somethingText), "all", "the columns of the message, in this order"},
	{"feeds.NAME.source.where", named("SQL", statementText), "none", "a condition that runs in the database; with `table` only"},
	{"feeds.NAME.source.sequence", filled("name"), "required", "the growing number: an integer column, unique, not null"},
	{"feeds.NAME.source.start", words("first", "now").called("`first` `now` or a number"), "required", "where a new feed begins: with all rows, with what comes from now on, or above the number; used once, at the first commit"},
	{"feeds.NAME.source.business_key", filled("name"), "none", "column kept in BUSINESS_KEY: \"where is order 4711?\""},
	{"feeds.NAME.source.created", filled("name"), "none", "column that tells a row's true age"},
	{"feeds.NAME.source.bunch", number(1, 100_000), "", "rows that one poll reads at most; it also ends at 8 MiB"},
	{"feeds.NAME.source.gaps", section, "none", "how long a number that was passed over is looked for"},
	{"feeds.NAME.source.gaps.min_watch", duration(0, 30*day), "", "a number that was passed over is looked for at least so long, and on a PostgreSQL primary until no transaction is left that could fill it; see [gaps.md](gaps.md)"},
	{"feeds.NAME.source.gaps.watch", duration(time.Second, 90*day), "", "how long it is looked for where nobody can tell who could fill it: a standby, a query, a view, numbers without a sequence; and where the sequence has CACHE or INCREMENT above 1"},
}

// processKeys say what a row goes through.
var processKeys = []entry{
	{"feeds.NAME.process", free("list of steps"), "none", "what every row goes through, in order; each item is a `filter` or a `lookup`"},
	{"feeds.NAME.process[].name", filled("text"), "none", "what the step is called in logs and by `preview`"},
	{"feeds.NAME.process[].when", filled("expression"), "none", "the step is for rows for which it is true; the others pass it by"},
	{"feeds.NAME.process[].filter", filled("expression"), "required, or lookup", "rows for which it is true go on; the others, NULL included, are FILTERED"},
	{"feeds.NAME.process[].lookup", section, "required, or filter", "asks a database or a web service about the row"},
	{"feeds.NAME.process[].lookup.into", named("name", identifier), "required", "what expressions call the result: `customer.country`; letters, digits and `_`; no column and no other lookup has it"},
	{"feeds.NAME.process[].lookup.connection", filled("name of a connection"), "required", "a PostgreSQL or SQLite database, which is only read, and whose `pool` all workers of the feed share; or a web service"},
	{"feeds.NAME.process[].lookup.sql", named("SQL", statementText), "required, or http", "one SELECT; `:name` stands for the value of a column and is bound, never pasted; see [Parameters](#parameters). It runs with the time zone UTC: where it compares a timestamp with one that has a zone, write `AT TIME ZONE`"},
	{"feeds.NAME.process[].lookup.http", section, "required, or sql", "asks a web service by GET; the answer is JSON. See Web services"},
	{"feeds.NAME.process[].lookup.http.get", named("path", pathText), "required", "below the connection's URL: `/rates/{currency}`; `{expression}` stands for a value, escaped. Where one is NULL or empty nobody is asked, and there is no row"},
	{"feeds.NAME.process[].lookup.http.query", free("text by name"), "none", "parameters: `{ day: \"{fmt(created_at, 'yyyy-MM-dd')}\" }`; one with a NULL in it is left out"},
	{"feeds.NAME.process[].lookup.http.select", filled("expression"), "all of it", "what of the answer is the result, over `body` alone: `body.rate`"},
	{"feeds.NAME.process[].lookup.http.missing", free("list of statuses"), "none", "statuses that mean \"no row\": `[404]`"},
	{"feeds.NAME.process[].lookup.rows", words("one", "optional", "many"), "required", "what no row means: with one the row is FAILED (LOOKUP_NOT_FOUND), with optional the result is nil, with many it is an empty list; more than one row is LOOKUP_TOO_MANY unless it is many"},
	{"feeds.NAME.process[].lookup.columns", words(ColumnTypes...).called("type by column"), "from the query", "what a column of the result is, where its driver cannot tell: " + inCode(ColumnTypes)},
	{"feeds.NAME.process[].lookup.cache", section, "none", "keeps answers, by the values that were bound; without it every row asks"},
	{"feeds.NAME.process[].lookup.cache.ttl", duration(time.Millisecond, 30*day), "required", "how old an answer may be"},
	{"feeds.NAME.process[].lookup.cache.max_entries", number(1, 10_000_000), "", "answers that are kept at most; and at most 64 MiB of them"},
	{"feeds.NAME.process[].lookup.cache.missing_ttl", duration(0, 30*day), "", "how long it is remembered that there is no row; 0s: not at all"},
}

// sinkKeys say where messages go.
var sinkKeys = []entry{
	{"feeds.NAME.sink", section, "required", "where messages go"},
	{"feeds.NAME.sink.connection", filled("name of a connection"), "required", "a broker"},
	{"feeds.NAME.sink.queue", filled("name"), "required, or topic", "goes out in the broker's own way of addressing; a name that begins with `/` goes out as written"},
	{"feeds.NAME.sink.topic", filled("name"), "required, or queue", "as queue"},
	{"feeds.NAME.sink.connections", number(1, 64), "", "broker connections that send in parallel; messages of two arrive in any order, see `workers`"},
	{"feeds.NAME.sink.batch", section, "none", "what is under way on one broker connection"},
	{"feeds.NAME.sink.batch.max", number(1, 10_000), "", "messages under way on one connection at most"},
	{"feeds.NAME.sink.batch.linger", duration(0, time.Minute), "", "how long to wait for a fuller batch"},
}
