package main

import (
	"fmt"
	"path/filepath"
	"strings"
)

// printDocuments leaves stdout to the documents. What else there is to know of the rows is told on stderr, so that no exit code comes
// without its reason.
func (v *viewer) printDocuments(g *globals, shown []viewed) {
	sound, checked := 0, 0
	for _, one := range shown {
		if one.Body != "" {
			g.console.out.printf("%s\n", one.Body)
			checked++
		}
		switch {
		case one.Outcome == failedOutcome:
			g.console.err.printf("%d would be FAILED %s: %s\n", one.Seq, one.Code, printable(one.Text))
		case len(one.Invalid) > 0:
			g.console.err.printf("%d %s\n", one.Seq, strings.Join(v.verdict(one), "\n      "))
		case one.Body != "":
			sound++
		}
	}
	if v.schema != nil && !g.Quiet && checked > 0 {
		g.console.err.printf("%s %s\n", satisfying(sound, checked), filepath.Base(v.XSD))
	}
}

// satisfying says how many of the documents satisfy the schema that is named next.
func satisfying(sound, checked int) string {
	switch {
	case sound == 0:
		return "no document satisfies"
	case sound == 1 && checked == 1:
		return "the document satisfies"
	case sound == checked:
		return fmt.Sprintf("all %d documents satisfy", checked)
	case sound == 1:
		return fmt.Sprintf("1 of %d documents satisfies", checked)
	}
	return fmt.Sprintf("%d of %d documents satisfy", sound, checked)
}
