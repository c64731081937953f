package main

import (
	"fmt"
	"path/filepath"
	"strings"
)

// printDocuments leaves stdout to the documents.
func (v *viewer) printDocuments(g *globals, shown []viewed) {
	for _, one := range shown {
		if one.Body != "" {
			g.console.out.printf("%s\n", one.Body)
		}
	}
	v.tell(g, shown)
}

// printWritten is for documents that stand in files already: how many, and where.
func (v *viewer) printWritten(g *globals, shown []viewed) {
	written := v.tell(g, shown)
	g.console.out.printf("%s in %s", counted(written, "document"), printable(v.Out))
	if none := len(shown) - written; none > 0 {
		g.console.out.printf("; %s without one", rows(int64(none)))
	}
	g.console.out.printf("\n")
}

// tell says on stderr what else there is to know of the rows, so that no exit code comes without its reason. It returns how many
// have a document.
func (v *viewer) tell(g *globals, shown []viewed) (documents int) {
	sound := 0
	for _, one := range shown {
		if one.Body != "" {
			documents++
		}
		switch {
		case one.Outcome == failedOutcome:
			g.console.err.printf("%d would be FAILED %s: %s\n", one.Seq, one.Code, printable(one.Text))
		case len(one.Invalid) > 0:
			g.console.err.printf("%d %s\n", one.Seq, strings.Join(v.verdict(one), inset))
		case one.Body != "":
			sound++
		}
	}
	if v.schema != nil && !g.Quiet && documents > 0 {
		g.console.err.printf("%s %s\n", satisfying(sound, documents), filepath.Base(v.XSD))
	}
	return documents
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
