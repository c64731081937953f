package config

// testKeys are the tests of a feed.
var testKeys = []entry{
	{"feeds.NAME.tests", free("list of tests"), "none", "rows with what is expected of them; see [Tests](#tests)"},
	{"feeds.NAME.tests[].name", filled("text"), "required", "what is tested; each has a name of its own"},
	{"feeds.NAME.tests[].row", free("value by column"), "required", "a single value, null, or a list; without quotes a number, true, false, a date, a time or a date with a time is what it looks like"},
	{"feeds.NAME.tests[].lookups", free("answer by `into`"), "none", "what the lookups find: columns, a list of them, or null"},
	{"feeds.NAME.tests[].expect", section, "required", "what must come of the row"},
	{"feeds.NAME.tests[].expect.outcome", words("SENT", "FILTERED"), "required, or error", "what must come of the row"},
	{"feeds.NAME.tests[].expect.error", words(rowCodes...), "required, or outcome", "the code that it must fail with"},
	{"feeds.NAME.tests[].expect.message", free("text by path"), "none", "what must stand in the message, by a path that begins with the root: `Order/Amount/@currency`; null where nothing may stand"},
	{"feeds.NAME.tests[].expect.properties", free("text by name"), "none", "properties; null for one that must not be there"},
	{"feeds.NAME.tests[].expect.headers", section, "none", "the headers that the message must have"},
	{"feeds.NAME.tests[].expect.headers.correlation_id", free("text"), "none", "the header; an empty text where it must not be set"},
	{"feeds.NAME.tests[].expect.headers.type", free("text"), "none", "as correlation_id"},
	{"feeds.NAME.tests[].expect.headers.reply_to", free("text"), "none", "as correlation_id"},
	{"feeds.NAME.tests[].expect.headers.group_id", free("text"), "none", "as correlation_id"},
}
