package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/jacoelho/xsd"
	"github.com/jacoelho/xsd/xsderrors"
)

// readSchema reads an XSD and those that it includes or imports from files.
func readSchema(path string) (*xsd.Engine, error) {
	engine, err := xsd.Compile(xsd.File(path))
	switch {
	case err == nil:
		return engine, nil
	case xsderrors.IsUnsupported(err):
		return nil, &problem{exitUsage, fmt.Sprintf("the XSD uses what cannot be checked here: %v", err),
			"write the documents with --out DIR and check them by xmllint --noout --schema " + path + " DIR/*.xml"}
	}
	return nil, &problem{exitUsage, fmt.Sprintf("this is no sound XSD 1.0: %v", err), "correct it; what it imports is read from where schemaLocation says, and nothing is fetched"}
}

// maxViolations are enough to see what is wrong with one document.
const maxViolations = 10

// violations are what a document does not satisfy of a schema, in the validator's words.
func violations(engine *xsd.Engine, document string) (words []string) {
	size := 2*int64(len(document)) + 4096 // the file's max_size has bounded it already
	err := engine.ValidateWithOptions(strings.NewReader(document), xsd.ValidateOptions{MaxErrors: maxViolations, MaxInstanceDepth: 10_000,
		MaxInstanceBytes: size, MaxInstanceTextBytes: size, MaxInstanceTokenBytes: size})
	for _, one := range xsderrors.Flatten(err) {
		words = append(words, inWords(one))
	}
	return words
}

// inWords is a violation as line:column, where it is in the document, and why.
func inWords(err error) string {
	e, ok := errors.AsType[*xsderrors.Error](err)
	if !ok {
		return err.Error()
	}
	why := e.Message()
	if e.Cause() != nil {
		why += ": " + e.Cause().Error()
	}
	return fmt.Sprintf("%d:%d %s: %s", e.Line(), e.Column(), e.Path(), why)
}

// judge holds the messages against the schema of --xsd.
func (v *viewer) judge(shown []viewed) {
	for i := range shown {
		if v.schema != nil && shown[i].Body != "" {
			shown[i].Invalid = violations(v.schema, shown[i].Body)
		}
	}
}

// verdict is what is said of a message about --xsd.
func (v *viewer) verdict(one viewed) []string {
	if v.schema == nil || one.Body == "" {
		return nil
	}
	if len(one.Invalid) == 0 {
		return []string{"satisfies " + filepath.Base(v.XSD)}
	}
	words := make([]string, len(one.Invalid))
	for i, word := range one.Invalid {
		words[i] = fmt.Sprintf("does not satisfy %s: %s", filepath.Base(v.XSD), printable(word))
	}
	return words
}
