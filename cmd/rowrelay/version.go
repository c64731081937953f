package main

import (
	"runtime"
	"runtime/debug"
)

// version is set by -ldflags "-X main.version=1.4.0".
var version = "dev"

// build is which program this is; the fields are those of `version -o json`.
type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision"` // of the commit, "+changes" behind it for an edited tree; unknown without version control
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func thisBuild() build {
	b := build{Version: version, Revision: "unknown", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	changed := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			b.Revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+changes"
		}
	}
	b.Revision += changed
	return b
}

type versionCmd struct{}

// Run implements the command.
func (versionCmd) Run(g *globals) error {
	b := thisBuild()
	if g.json() {
		return g.console.out.json(b)
	}
	g.console.out.printf("rowrelay %s\nrevision %s\n%s %s\n", b.Version, b.Revision, b.Go, b.Platform)
	return nil
}
