package config

// Test is one row with what is expected of it; neither a database nor a broker is asked.
type Test struct {
	Name    string          `yaml:"name"`
	Row     map[string]Data `yaml:"row"`     // by column: NULL, a text, or a list of them
	Lookups map[string]Data `yaml:"lookups"` // by a lookup's Into: NULL, columns, or a list of columns
	Expect  Expect          `yaml:"expect"`
}

// Expect is what must come of a test's row; exactly one of Outcome and Error is written. What else
// is empty is not looked at.
type Expect struct {
	Outcome    string          `yaml:"outcome"`    // SENT or FILTERED
	Error      string          `yaml:"error"`      // the code that the row fails with
	Message    map[string]Data `yaml:"message"`    // by path, as a field's To: the text, or NULL where nothing must stand
	Properties map[string]Data `yaml:"properties"` // by name: the text, or NULL where the property must not be there
	Headers    ExpectedHeaders `yaml:"headers"`
}

// ExpectedHeaders hold texts; empty means that the header must not be there, nil that it is not looked at.
type ExpectedHeaders struct {
	CorrelationID *string `yaml:"correlation_id"`
	Type          *string `yaml:"type"`
	ReplyTo       *string `yaml:"reply_to"`
	GroupID       *string `yaml:"group_id"`
}
