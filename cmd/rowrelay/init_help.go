package main

// helps say for each question, by its flag, what is asked for and what becomes of the answer; a question mark gets them.
var helps = map[string]string{
	"--url":         "the database that is read: postgres://host:5432/database, or sqlite:FILE with the file's path; user and password are asked for by themselves",
	"--user":        "the account that reads the database; it needs SELECT on the table and nothing else, and rowrelay init --grants prints the SQL for one",
	"--table":       "the number in front of the table whose rows are to be sent; a view is named instead of chosen, with --table NAME",
	"--grants":      "the numbers in front of the tables that the account may read, with commas between them; the name of a table that is not in the list, such as one for a lookup, will do too",
	"--sequence":    "the column whose number grows with every row: new rows are those with numbers above the last one that was read",
	"--feed":        "what the feed is called in commands, in the store and in every message's id; letters, digits, _ and -",
	"--queue":       "the broker's queue that gets the messages, by the name that the receiver reads from",
	"--start":       "now leaves out the rows that are there today, first sends all of them, and a number sends those above it; it is used once, when the feed begins",
	"--broker":      "stomp://host:61613, or stomp+tls://host:61613 where the port speaks TLS; Enter takes a placeholder, which you replace in the file",
	"--broker-user": "the account at the broker that may send to the queue; Enter writes none",
	writerQuestion:  "y writes require_read_only: false, and every transaction is READ ONLY all the same; n ends here, with the command that prints the SQL for another account",
}

// writerQuestion has no flag: --yes answers it, with a warning.
const writerQuestion = "an account that may write"

func (s *setup) help(about string) string {
	if about == "--table" && s.Grants {
		about = "--grants"
	}
	return helps[about]
}
