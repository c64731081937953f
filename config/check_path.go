package config

import (
	"path/filepath"
	"strconv"
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
	return c.folder() != filepath.Clean(c.env.Here)
}

// folder is the file's own, absolute.
func (c *checker) folder() string {
	folder := filepath.Dir(c.text.name)
	if !filepath.IsAbs(folder) {
		folder = filepath.Join(c.env.Here, folder)
	}
	return folder
}

// relativeDatabase is relative for the file of a SQLite connection.
func (c *checker) relativeDatabase(path string, at Connection) {
	if at.scheme() == sqlite {
		c.relative(path+".url", sqliteFile(at.URL))
	}
}

func sqliteFile(url string) string {
	return strings.TrimPrefix(strings.TrimPrefix(url, "sqlite:"), "//")
}

// unnamedStore is relative for the store of a file that names none. $STATE_DIRECTORY is no matter of the working directory.
func (c *checker) unnamedStore() {
	if c.strays() {
		c.warn(c.at("store"), "the file names no store, so it is rowrelay.db in the working directory, not beside the file: it is "+strconv.Quote(c.file.Store.Path)+" here",
			"name it by its absolute path: "+NamedStore(sqliteStore(c.folder())))
	}
}

// strays tells that the SQLite file of a file that names no store moves with the working directory, away from the file.
func (c *checker) strays() bool {
	return c.env.Here != "" && c.env.Folder == c.env.Here && c.elsewhere()
}

// NamedStore is what to write into a file that names no store, to name this one.
func NamedStore(path string) string {
	return "connections.state.url: " + strconv.Quote("sqlite:"+path) + " and store.connection: state"
}

// besideStore is where the store would be if relative paths began beside the file; empty where that makes no difference.
func (c *checker) besideStore(s *Store) string {
	if s.Path != "" && c.strays() {
		return sqliteStore(c.folder())
	}
	at := c.file.Connections[s.Connection]
	file := sqliteFile(at.URL)
	if at.scheme() != sqlite || file == "" || filepath.IsAbs(file) || c.env.Here == "" || !c.elsewhere() {
		return ""
	}
	return filepath.Join(c.folder(), file)
}
