// Package docs holds the pages of the documentation that the program prints itself.
package docs

import _ "embed"

// Errors is errors.md in Markdown: a section (##) for each kind of code, and in it one (###) for each code.
//
//go:embed errors.md
var Errors string
