package config

// Item is one step that every row of a feed goes through; exactly one of Filter and Lookup is written.
type Item struct {
	Name   string  `yaml:"name"`   // for people; may be empty
	When   string  `yaml:"when"`   // expression; empty: always
	Filter string  `yaml:"filter"` // expression
	Lookup *Lookup `yaml:"lookup"`
}

// Lookup asks a database or a web service about each row, and binds what it answers to the name Into. Exactly one of SQL and HTTP is written.
type Lookup struct {
	Into       string            `yaml:"into"` // no other lookup of the feed has it
	Connection string            `yaml:"connection"`
	SQL        string            `yaml:"sql"`     // :name and :"Odd Name" stand for a column's value
	HTTP       *HTTP             `yaml:"http"`    // instead of SQL
	Rows       string            `yaml:"rows"`    // one, optional or many
	Columns    map[string]string `yaml:"columns"` // a word of ColumnTypes, by the result's column
	Cache      *Cache            `yaml:"cache"`   // nil: every row asks
}

// HTTP asks a web service by GET; {expression} in Get and Query stands for a value of the row.
type HTTP struct {
	Get     string            `yaml:"get"`     // the path below the connection's URL
	Query   map[string]string `yaml:"query"`   // parameters by name
	Select  string            `yaml:"select"`  // an expression over body, the answer; empty: all of it
	Missing []int             `yaml:"missing"` // statuses that mean "no row"
}

// Cache keeps answers for TTL, MaxEntries of them at most, and that there is none for MissingTTL; 0 keeps no such answer.
type Cache struct {
	TTL        Duration `yaml:"ttl"`
	MaxEntries int      `yaml:"max_entries"`
	MissingTTL Duration `yaml:"missing_ttl"`
}

// ColumnTypes are the words for what a column of a lookup's result is, where its driver cannot tell.
var ColumnTypes = []string{"text", "bool", "int", "decimal", "float", "bytes", "date", "datetime", "time", "duration"}
