package proof

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rowrelay/rowrelay/testbed"
)

var (
	full    = flag.Bool("full", false, "run the full sizes and write the report")
	seed    = flag.Uint64("seed", 20261122, "seed of everything random")
	stress  = flag.Duration("stress", 0, "how long each stress lasts; 0: the cut's or the full length")
	about   = flag.String("about", "the core", "what the report is about")
	command = flag.String("command", "proof", "the make target that a person types for this report")
	write   = flag.String("report", "", "file that the report goes to, with -full")
)

// program is the binary under test.
var program string

func TestMain(m *testing.M) {
	flag.Parse()
	dir, err := os.MkdirTemp("", "rowrelay-proof-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	program = filepath.Join(dir, "rowrelay")
	if out, err := exec.Command("go", "build", "-o", program, "../cmd/rowrelay").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
		os.Exit(1)
	}
	testbed.Main(reported{m, dir})
}

// reported writes the report after the tests, and removes the binary.
type reported struct {
	m   *testing.M
	dir string
}

func (r reported) Run() int {
	code := r.m.Run()
	os.RemoveAll(r.dir)
	if err := paper.write(code); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// size picks the cut's size or the full one.
func size(cut, whole int) int {
	if *full {
		return whole
	}
	return cut
}

// report collects what the proofs show.
type report struct {
	mu    sync.Mutex
	lines map[string][]string // by test
}

var paper = report{lines: map[string][]string{}}

// show adds a line of evidence and prints it.
func show(t *testing.T, format string, args ...any) {
	t.Helper()
	line := fmt.Sprintf(format, args...)
	t.Log(line)
	paper.mu.Lock()
	defer paper.mu.Unlock()
	paper.lines[t.Name()] = append(paper.lines[t.Name()], line)
}

// write makes the report. A failed run says so in its first line.
func (r *report) write(code int) error {
	if *write == "" {
		return nil
	}
	verdict := "Every check passed."
	if code != 0 {
		verdict = "SOME CHECKS FAILED: this run proves nothing."
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# What the proofs of %s show\n\n%s Repeat it with `make deps %s`.\n\n", *about, verdict, *command)
	fmt.Fprintf(&b, "- date: %s\n- command: `make %s`\n- seed: %d\n- revision: %s\n- machine: %s\n\n", time.Now().UTC().Format(time.DateOnly), *command, *seed, revision(), machine())
	for _, name := range slices.Sorted(maps.Keys(r.lines)) {
		fmt.Fprintf(&b, "## %s\n\n```\n%s\n```\n\n", name, strings.Join(r.lines[name], "\n"))
	}
	return os.WriteFile(*write, []byte(b.String()), 0o644)
}

// revision is the commit that was built, with a word where the tree was edited. The reports themselves do not count: one run writes several.
func revision() string {
	commit, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	edited, err := exec.Command("git", "status", "--porcelain", "--", "..", ":!../docs/proof", ":!../BENCHMARKS.md").Output()
	if err != nil || len(edited) > 0 {
		return strings.TrimSpace(string(commit)) + "-dirty"
	}
	return strings.TrimSpace(string(commit))
}

func machine() string {
	cpu := "unknown processor"
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(info)) {
			if name, ok := strings.CutPrefix(line, "model name\t: "); ok {
				cpu = strings.TrimSpace(name)
				break
			}
		}
	}
	return fmt.Sprintf("%d cores of %s, %s/%s, %s", runtime.NumCPU(), cpu, runtime.GOOS, runtime.GOARCH, runtime.Version())
}
