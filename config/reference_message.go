package config

// messageKeys say what a row becomes.
var messageKeys = []entry{
	{"feeds.NAME.message", section, "required", "how a row becomes a message"},
	{"feeds.NAME.message.root", named("XML name", elementText), "required", "the document's element; a prefix stands in `namespaces`"},
	{"feeds.NAME.message.namespaces", named("URI by prefix", uriText).by(prefixText), "none", "declared at the root, as written; the prefix `\"\"` is for names without one; `xml` and `xsi` are not declared"},
	{"feeds.NAME.message.schema_location", named("pairs of a URI and a file", locationText), "none", "the root's `xsi:schemaLocation`"},
	{"feeds.NAME.message.declaration", trueFalse, "", "whether the document begins with `<?xml version=\"1.0\" encoding=\"UTF-8\"?>`"},
	{"feeds.NAME.message.indent", trueFalse, "", "whether elements stand on lines of their own"},
	{"feeds.NAME.message.if_null", words(nullWords...), "", "what becomes of NULL: no element, `xsi:nil=\"true\"`, an empty element, or FAILED with XML_REQUIRED; also per field"},
	{"feeds.NAME.message.invalid_chars", words("fail", "replace", "remove"), "", "what becomes of a character that XML forbids: FAILED with XML_INVALID_CHAR, U+FFFD in its place, or nothing"},
	{"feeds.NAME.message.timezone", filled("IANA name"), "", "the zone that a dateTime is written in, with its offset"},
	{"feeds.NAME.message.max_size", size(1, 256<<20), "", "a larger message is FAILED with XML_TOO_LARGE"},
	{"feeds.NAME.message.class", words("text", "bytes"), "", "JMS TextMessage or BytesMessage"},
	{"feeds.NAME.message.persistent", trueFalse, "", "whether the broker keeps the message across its own restart"},
	{"feeds.NAME.message.priority", number(0, 9), "none", "JMSPriority; none is the broker's own"},
	{"feeds.NAME.message.ttl", duration(0, 365*day), "", "after which the broker may drop the message; 0s: never"},
	{"feeds.NAME.message.correlation_id", free("`from` or `value`"), "the message id", "JMSCorrelationID"},
	{"feeds.NAME.message.type", free("`from` or `value`"), "none", "JMSType"},
	{"feeds.NAME.message.reply_to", free("`from` or `value`"), "none", "JMSReplyTo, a queue"},
	{"feeds.NAME.message.group_id", free("`from` or `value`"), "none", "JMSXGroupID"},
	{"feeds.NAME.message.properties", free("`from` or `value`, by name").by(propertyText), "none", "String properties; a name is a Java identifier that JMS and STOMP have no use for"},
	{"feeds.NAME.message.fields", list("list of fields", nil), "every column", "the elements and attributes; see [Fields](#fields)"},
}

// fieldKeys are the lines of a mapping sheet.
var fieldKeys = []entry{
	{"feeds.NAME.message.fields[].to", filled("path"), "required", "`a/b` for an element, `a/@c` for an attribute, `@c` for one of the root, `.` for the root's own text; no path stands twice in a list"},
	{"feeds.NAME.message.fields[].from", filled("expression"), "required, or value, or each", "the value"},
	{"feeds.NAME.message.fields[].value", free("text"), "required, or from, or each", "the same for every row"},
	{"feeds.NAME.message.fields[].type", words(FieldTypes...), "as the value is", "XSD's type; a value that does not fit is FAILED with XML_TYPE; `xml` embeds well-formed XML"},
	{"feeds.NAME.message.fields[].scale", number(0, 100), "the value's", "digits behind the point; with `type: decimal` only. A value with more is FAILED with XML_TYPE, never rounded unasked: `from: \"round(x, 2)\"` rounds"},
	{"feeds.NAME.message.fields[].required", trueFalse, "", "NULL and an empty value are FAILED with XML_REQUIRED; with `each` an empty list too. An attribute is required where its element is written"},
	{"feeds.NAME.message.fields[].max_length", number(1, 1<<30), "none", "characters at most"},
	{"feeds.NAME.message.fields[].if_null", words(nullWords...), "the message's", "what becomes of NULL in this field; an attribute cannot be nil"},
	{"feeds.NAME.message.fields[].cdata", trueFalse, "", "an element's text in `<![CDATA[`"},
	{"feeds.NAME.message.fields[].each", filled("expression"), "required, or from, or value", "a list: the element is written once for every item, with `fields`"},
	{"feeds.NAME.message.fields[].as", named("name", identifier), "required with each", "what the expressions of `fields` call the item"},
	{"feeds.NAME.message.fields[].fields", list("list of fields", nil), "required with each", "what each element holds, with the same keys; `to` begins below the element"},
}
