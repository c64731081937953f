package config

import (
	"path/filepath"
	"strings"
)

// relative warns of a path that begins in the working directory where the file lies in another folder: whoever writes it
// means beside the file, and a daemon and a command that run in two directories would use two stores. It is not taken
// from the file's folder all the same, because an update would then look for a store in another place than before.
func (c *checker) relative(path, file string) {
	if file == "" || filepath.IsAbs(file) || c.env.Here == "" || !c.sound(path) || !c.elsewhere() {
		return
	}
	there := filepath.Join(c.env.Here, file)
	c.warn(c.at(path), last(path)+" is a relative path and begins in the working directory, not beside the file: it is "+quote(there)+" here", "write the absolute path")
}

// elsewhere tells that the file does not lie in the working directory.
func (c *checker) elsewhere() bool {
	folder := filepath.Dir(c.text.name)
	if !filepath.IsAbs(folder) {
		folder = filepath.Join(c.env.Here, folder)
	}
	return folder != filepath.Clean(c.env.Here)
}

// relativeDatabase is relative for the file of a SQLite connection.
func (c *checker) relativeDatabase(path string, at Connection) {
	if at.scheme() == sqlite {
		c.relative(path+".url", strings.TrimPrefix(strings.TrimPrefix(at.URL, "sqlite:"), "//"))
	}
}
