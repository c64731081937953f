package message_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jacoelho/xsd"
	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/message"
	"github.com/rowrelay/rowrelay/testbed"
)

// judges are two validators that know nothing of each other: xmllint, and the one that `preview --xsd` asks.
type judges struct {
	folder string
	files  []string
	engine *xsd.Engine
}

// newJudges gives both the schemas, which they have to find sound.
func newJudges(t require.TestingT, folder string, all []message.Schema) *judges {
	j := &judges{folder: folder}
	for _, s := range all {
		j.files = append(j.files, j.write(t, s.File, s.Text))
	}
	var err error
	j.engine, err = xsd.Compile(xsd.File(j.files[0]))
	require.NoError(t, err, "%s", all)
	return j
}

func (j *judges) write(t require.TestingT, name, text string) string {
	path := filepath.Join(j.folder, name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// ask has the documents that both find valid; where the two disagree the test fails. All are asked in one call.
func (j *judges) ask(t require.TestingT, documents []string) []bool {
	args := []string{"--noout", "--schema", j.files[0]}
	for i, doc := range documents {
		args = append(args, j.write(t, fmt.Sprintf("%d.xml", i), doc))
	}
	out, _ := exec.Command("xmllint", args...).CombinedOutput()
	verdicts := make([]bool, len(documents))
	for i, doc := range documents {
		path := filepath.Join(j.folder, fmt.Sprintf("%d.xml", i))
		verdicts[i] = strings.Contains(string(out), path+" validates\n")
		require.True(t, verdicts[i] || strings.Contains(string(out), path+" fails to validate\n"), "%s", out)
		err := j.engine.Validate(strings.NewReader(doc))
		require.Equal(t, verdicts[i], err == nil, "%s\n%s\n%v\n%s", doc, out, err, j)
	}
	return verdicts
}

// String is the schemas, for a test that failed.
func (j *judges) String() string {
	var b strings.Builder
	for _, path := range j.files {
		text, _ := os.ReadFile(path)
		fmt.Fprintf(&b, "%s\n%s", path, text)
	}
	return b.String()
}

func (j *judges) accept(t require.TestingT, documents ...string) {
	for i, valid := range j.ask(t, documents) {
		require.True(t, valid, "%s\n%s", documents[i], j)
	}
}

func (j *judges) refuse(t require.TestingT, documents ...string) {
	for i, valid := range j.ask(t, documents) {
		require.False(t, valid, "%s\n%s", documents[i], j)
	}
}

func requireXMLLint(t testing.TB) { testbed.Require(t, testbed.XMLLint) }
