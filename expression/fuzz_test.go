package expression_test

import (
	"errors"
	"testing"

	"github.com/rowrelay/rowrelay/expression"
)

// FuzzCompile feeds any text to the compiler, with known columns and without, and runs what compiles. The seeds are
// in testdata/fuzz.
func FuzzCompile(f *testing.F) {
	typed, open := released(), released()
	open.names.Open, open.names.Columns = true, nil
	for i := range open.names.Into {
		open.names.Into[i].Type = expression.Type{Any: true}
	}
	f.Fuzz(func(t *testing.T, src string) {
		for _, o := range []*order{typed, open} {
			e, err := expression.Compile(src, o.names)
			if err == nil {
				_ = e.References()
				_, _ = e.True(&o.scope)
				_, _ = e.Eval(&expression.Scope{})
				_, err = e.Eval(&o.scope)
			}
			var fault *expression.Error
			if err != nil && (!errors.As(err, &fault) || fault.Line < 1 || fault.Column < 1 || fault.Text == "") {
				t.Fatalf("%q: %v has no place", src, err)
			}
		}
	})
}
