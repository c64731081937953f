package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// tally reads a recorded run and returns what is printed, and the exit code.
func tally(t *testing.T, lines ...string) (string, int) {
	var out strings.Builder
	b := newBook(&out)
	require.NoError(t, b.read(strings.NewReader(strings.Join(lines, "\n"))))
	code := b.close()
	return out.String(), code
}

const (
	begin = `{"Action":"start","Package":"p"}`
	runA  = `{"Action":"run","Package":"p","Test":"TestA"}`
	passA = `{"Action":"pass","Package":"p","Test":"TestA","Elapsed":1}`
	passP = `{"Action":"pass","Package":"p","Elapsed":2}`
	failP = `{"Action":"fail","Package":"p","Elapsed":2}`
)

func says(test, text string) string {
	if test != "" {
		test = `,"Test":"` + test + `"`
	}
	return `{"Action":"output","Package":"p"` + test + `,"Output":"` + text + `\n"}`
}

func TestPassedTestsSayOnlyWhatTheyLogged(t *testing.T) {
	out, code := tally(t, begin, runA, says("TestA", "=== RUN TestA"), says("TestA", "    a_test.go:7: 50 kills"), says("TestA", "noise"), passA, passP)
	require.Zero(t, code)
	require.Equal(t, "TestA (1.0s)\n    a_test.go:7: 50 kills\npass p 2.0s: 1 passed, 0 failed, 0 skipped\n1 passed, 0 failed, 0 skipped\n", out)
}

func TestFailedTestsSayEverything(t *testing.T) {
	out, code := tally(t, begin, runA, says("TestA", "noise"), `{"Action":"fail","Package":"p","Test":"TestA","Elapsed":1}`, says("", "FAIL"), failP)
	require.Equal(t, 1, code)
	require.Contains(t, out, "FAIL p TestA (1.0s)\nnoise\n")
	require.Contains(t, out, "\n0 passed, 1 failed, 0 skipped\n")
}

func TestSkipsNameTheirReason(t *testing.T) {
	out, code := tally(t, begin, runA, passA, `{"Action":"run","Package":"p","Test":"TestB"}`, says("TestB", "    b_test.go:9: artemis is missing"),
		`{"Action":"skip","Package":"p","Test":"TestB"}`, passP)
	require.Zero(t, code)
	require.Contains(t, out, "skip p TestB\n    b_test.go:9: artemis is missing\n")
	require.Contains(t, out, "\n1 passed, 0 failed, 1 skipped\n")
}

func TestWhatNeverEndedHasFailed(t *testing.T) {
	for name, run := range map[string][]string{
		"a test that its package ended without": {begin, runA, says("TestA", "panic: test timed out"), failP},
		"a package that go test ended without":  {begin, runA, says("TestA", "panic: test timed out")},
	} {
		t.Run(name, func(t *testing.T) {
			out, code := tally(t, run...)
			require.Equal(t, 1, code)
			require.Contains(t, out, "FAIL p TestA did not end\npanic: test timed out\n")
			require.Contains(t, out, "\n0 passed, 1 failed, 0 skipped\n")
		})
	}
}

func TestAPackageThatFailsOutsideItsTestsCountsAsAFailure(t *testing.T) {
	out, code := tally(t, begin, runA, passA, says("", "TestMain: no room"), failP)
	require.Equal(t, 1, code)
	require.Contains(t, out, "TestMain: no room\n")
	require.Contains(t, out, "\n1 passed, 1 failed, 0 skipped\n")
}

func TestABuildThatFailsIsShown(t *testing.T) {
	out, code := tally(t, `{"ImportPath":"p","Action":"build-output","Output":"p.go:3:1: syntax error\n"}`, `{"ImportPath":"p","Action":"build-fail"}`,
		begin, says("", "FAIL p [build failed]"), `{"Action":"fail","Package":"p","FailedBuild":"p"}`)
	require.Equal(t, 1, code)
	require.Contains(t, out, "p.go:3:1: syntax error\n")
	require.Contains(t, out, "\n0 passed, 1 failed, 0 skipped\n")
}

func TestNothingAtAllIsAFailure(t *testing.T) {
	out, code := tally(t, "go: no such module")
	require.Equal(t, 1, code)
	require.Contains(t, out, "go: no such module")
	require.Contains(t, out, "0 passed, 0 failed, 0 skipped\n")
}
