package proof

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/bench"
	"github.com/rowrelay/rowrelay/testbed"
)

// benchmarks is where the measurements go; without it they are not made.
var benchmarks = flag.String("benchmarks", "", "file that the benchmarks go to")

// paperOfFigures is the report of the benchmarks.
type paperOfFigures struct {
	t *testing.T
	strings.Builder
}

func (p *paperOfFigures) say(format string, args ...any) {
	fmt.Fprintf(&p.Builder, format+"\n", args...)
	p.t.Logf(format, args...)
}

// goal says whether a figure is what we want. A goal that is missed stays in the report as that: a time is never a test's verdict.
func (p *paperOfFigures) goal(met bool, format string, args ...any) {
	word := "met"
	if !met {
		word = "**missed**"
	}
	p.say("- %s: "+format, append([]any{word}, args...)...)
}

// fold writes a command's answer as it stands.
func (p *paperOfFigures) fold(out string) { p.say("\n```\n%s```\n", out) }

// The parts of BENCHMARKS.md, in its order. Each is a test, so that one can be measured anew by itself.
var parts = []string{"head", "brokers", "latency", "finished", "growth", "tried"}

// TestBenchmarks makes BENCHMARKS.md, or the parts of it that -run names.
func TestBenchmarks(t *testing.T) {
	if *benchmarks == "" {
		t.Skip("only make bench measures")
	}
	for name, part := range map[string]func(*paperOfFigures){
		"Head": (*paperOfFigures).head, "Brokers": (*paperOfFigures).brokers, "Latency": (*paperOfFigures).latency,
		"Finished": (*paperOfFigures).finished, "Growth": (*paperOfFigures).growth,
	} {
		t.Run(name, func(t *testing.T) { part(&paperOfFigures{t: t}) })
	}
}

// keep puts a part into the report, and leaves the others as they are.
func (p *paperOfFigures) keep(part string) {
	old, err := os.ReadFile(*benchmarks)
	if !os.IsNotExist(err) {
		require.NoError(p.t, err)
	}
	var all strings.Builder
	for _, name := range parts {
		begin, end := "<!-- "+name+" -->\n", "<!-- end of "+name+" -->\n"
		text := p.String()
		if name != part {
			_, rest, _ := strings.Cut(string(old), begin)
			text, _, _ = strings.Cut(rest, end)
		}
		all.WriteString(begin + text + end)
	}
	require.NoError(p.t, os.WriteFile(*benchmarks, []byte(all.String()), 0o644))
}

// title begins a part with when and on what it was measured.
func (p *paperOfFigures) title(text string) {
	p.say("\n## %s\n\n%s, revision %s, %s.\n", text, time.Now().UTC().Format(time.DateOnly), revision(), machine())
}

func (p *paperOfFigures) head() {
	p.say(introduction)
	p.keep("head")
	p.Reset()
	p.say(tried)
	p.keep("tried")
}

// onServers gives a measurement PostgreSQL twice and a broker of its own, everything on this machine. servers are the addresses of the broker,
// the source and the store.
func onServers(t *testing.T, kind testbed.Part, do func(file string, servers ...string)) {
	t.Helper()
	source, store := testbed.StartPostgres(t), testbed.StartPostgres(t)
	broker := testbed.StartShipped(t, kind)
	do(benchFile(t, source.Postgres, store.Postgres, broker.Broker), broker.STOMP, source.Addr, store.Addr)
	broker.Kill(t)
}

func (p *paperOfFigures) brokers() {
	p.title("Against real brokers")
	for _, kind := range testbed.Brokers {
		onServers(p.t, kind, func(file string, servers ...string) {
			p.broker(kind, file)
			p.apart(file, servers[0], servers[1:]...)
		})
	}
	p.keep("brokers")
}

func (p *paperOfFigures) latency() {
	p.title("How long a row takes, and what idleness costs")
	onServers(p.t, testbed.Artemis, func(file string, _ ...string) { p.delays(file) })
	p.keep("latency")
}

func (p *paperOfFigures) finished() {
	p.title("Ten million finished rows (old) in DUMPED_DATA")
	onServers(p.t, testbed.Artemis, func(file string, _ ...string) {
		m, out := p.bench(file, "--only", "receipts", "--finished", "0,"+rows(5000, 10_000_000), "--rows", rows(2000, 100_000))
		p.fold(out)
		p.goal(m.Results[1].Rate >= 0.9*m.Results[0].Rate, "rows/s with ten million finished rows are %.2f of those with none, wanted 0.90", m.Results[1].Rate/m.Results[0].Rate)
	})
	p.keep("finished")
}

func (p *paperOfFigures) growth() {
	p.title("As the work grows")
	onServers(p.t, testbed.Artemis, func(file string, _ ...string) { p.sweep(file) })
	p.keep("growth")
}

// introduction says what is measured.
const introduction = `# Benchmarks

Made by make deps bench, each part at the revision and on the machine that it names. PostgreSQL for the source, PostgreSQL for the store, the broker and rowrelay share the cores; the brokers have the memory that their own start scripts give them. The machine is
shared with others: absolute rates differ by a third from run to run, ratios within one run and microseconds of processor time a row do less. Every line is the run of the median rate of at
least three, all kinds in turn; one run is 100,000 rows of about 300 bytes (messages of about 480) that are committed to the source in one transaction, unless it says otherwise. After each run the queue is read
empty, and every message that has a receipt must be there; three runs before the first are not counted, the next one begins when the servers have come to rest, and every second turn goes the other way round. rowrelay bench measures the same with your databases and your broker ([docs/cli.md](docs/cli.md#bench)).

* **raw** (a): the sender's own code with ready-made messages, nothing else
* **relay** (b): rowrelay end to end, from the commit of the rows to the commit of the last mark
* **naive** (c): one row at a time: select, send, wait for the receipt, write the number down
* **receipts** (d): end to end into a STOMP server that only confirms
* **statements** (e): the SQL statements of rowrelay without the rest

What is missed, and why: (b)/(c) of 30 on ActiveMQ Classic was wanted of a machine whose disk let naive make 200 to 470 rows/s. Where it makes more than a thousand, the broker takes hardly more than twenty times as much
from any sender, (a)/(c), and no relay can be faster than that. (b)/(a) on Artemis was 0.82 with batches of 100. With 400 the relay carries more rows there, and raw gains more still: from 0.74 to
0.99 in eight measurements, 0.86 in the middle, and below what was wanted in the one that stands here.

The budget: (b)/(a) is what a row takes of the processors in raw by what it takes in relay, and how much of them each leaves idle: a broker that waits for its disk leaves time in which the rest can work.
`

// tried is what was tried, by measurements of its time on a machine of two cores: they are not repeated.
const tried = `
## What was tried

Each step was measured in pairs with the one before, and kept only where it showed.

| step | before | after | |
| --- | --- | --- | --- |
| no index over STATUS, so that a row is finished in its own page (HOT); NEW rows are found by number | 20.6 us of PostgreSQL a row, SQL alone | 11.8 us | kept |
| records go from actor to actor in lists | 25.7 us of the adapter a row, Classic | 16.1 us | kept |
| marks wait up to 50 ms for others | 20.5 us of PostgreSQL a row, Classic | 14.6 us | kept |
| what all rows of a bunch have in common travels once | 24.1 us a row, SQL alone | 20.0 us | kept |
| a poll that finds nothing is one round trip | 8 round trips | 1 | kept |
| Artemis with the 2 GiB of its own start script, instead of 512 MiB, of which collecting garbage takes more than half a core once 100,000 messages lie in a queue | (b)/(a) 0.61, broker 135 us a row | 0.82, 58 us, warmed up too | the measurement's, not rowrelay's |
| marks found by = ANY alone | 11.8 us | 40 us in a young table, whose statistics say that it is small: hence the range beside it | not kept |
| sink.connections 4 | 20,737 rows/s, Classic | 20,729 | not kept |
| batch.max 400 instead of 100: more of the journal of Artemis and RabbitMQ is written at once | 16,497 rows/s Artemis (the middle of three in turn), 10,844 RabbitMQ, 20,737 Classic | 19,235, 14,488, 21,190 | kept |
| batch.max 1000 | 14,488 rows/s, RabbitMQ | 13,798 | not kept |
| 16 MiB of heap that nobody touches, so that garbage is collected half as often | 10.2 us of the adapter a row, 45 MiB, receipts only | 8.2 us, 70 MiB | kept |
| a garbage collector that waits longer (GOGC=200) | the same | 9.1 us, 73 MiB, and twice as much with every feed | not kept |
| one processor for the daemon (GOMAXPROCS=1), which spares wake-ups | 15.0 us of the adapter a row, Artemis | 13.1 us | not kept: a costly mapping needs more |
`

func (p *paperOfFigures) broker(kind testbed.Part, file string) {
	m, out := p.bench(file, "--rows", rows(2000, 100_000))
	p.say("\n### %s\n", m.Versions[2])
	p.fold(out)
	by := map[string]figures{}
	for _, r := range m.Results {
		by[r.Kind] = r
	}
	least, naive := 0.80, map[testbed.Part]float64{testbed.ActiveMQ: 30, testbed.RabbitMQ: 12}[kind]
	if kind == testbed.ActiveMQ {
		least = 0.78
	}
	raw, relay, receipts := by["raw"], by["relay"], by["receipts"]
	ratio := relay.Rate / raw.Rate
	p.goal(ratio >= least, "(b)/(a) %.2f, wanted %.2f", ratio, least)
	predicted := raw.All / relay.All * (1 - relay.Idle) / (1 - raw.Idle)
	p.goal(ratio > 0.95*predicted && ratio < 1.05*predicted, "(b)/(a) %.2f is within 5 %% of what the processor budget predicts: %.1f / %.1f us a row alone make %.2f, with %.0f and %.0f %% of the processors in use %.2f",
		ratio, raw.All, relay.All, raw.All/relay.All, 100*(1-raw.Idle), 100*(1-relay.Idle), predicted)
	if faster := relay.Rate / by["naive"].Rate; naive > 0 {
		p.goal(faster >= naive, "(b)/(c) %.0f, wanted %.0f; what the broker takes at all, (a)/(c), is %.0f", faster, naive, raw.Rate/by["naive"].Rate)
	} else {
		p.say("- (b)/(c) %.0f", faster)
	}
	p.goal(receipts.Rate >= 40_000, "(d) %.0f rows/s, wanted 40,000", receipts.Rate)
	p.goal(receipts.Rate/by["statements"].Rate >= 0.6, "(d)/(e) %.2f, wanted 0.60", receipts.Rate/by["statements"].Rate)
	p.goal(relay.Adapter-raw.Adapter <= 15, "the adapter takes %.1f us a row above (a), wanted 15", relay.Adapter-raw.Adapter)
	p.goal(relay.Source+relay.Store <= 28, "PostgreSQL takes %.1f us a row, source %.1f and store %.1f, wanted 28", relay.Source+relay.Store, relay.Source, relay.Store)
	p.goal(relay.Seconds <= 30, "100,000 rows of one transaction are COMPLETED %.1f s after its commit, wanted 30", relay.Seconds)
}

// apart measures with a core that only the broker uses and another for everything else, and leaves the servers bound.
func (p *paperOfFigures) apart(file string, broker string, databases ...string) {
	if runtime.NumCPU() < 2 {
		p.say("There is but one core here, so none for the broker alone.")
		return
	}
	bind(p.t, bench.Listener(broker), "0")
	for _, address := range databases {
		bind(p.t, bench.Listener(address), "1")
	}
	bind(p.t, os.Getpid(), "1") // and all that it will start
	defer bind(p.t, os.Getpid(), fmt.Sprintf("0-%d", runtime.NumCPU()-1))
	m, out := p.bench(file, "--only", "raw,relay", "--rows", rows(2000, 100_000))
	p.say("\nThe broker on one core, which nothing else uses, and all the rest on another:")
	p.fold(out)
	p.say("- with a core of the broker's own (b)/(a) is %.2f", m.Results[1].Rate/m.Results[0].Rate)
}

// bind gives a process, its threads and what its first thread has started the cores of a list.
func bind(t *testing.T, pid int, cores string) {
	t.Helper()
	require.NotZero(t, pid)
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", pid)) // PostgreSQL's
	for _, id := range append(strings.Fields(string(children)), fmt.Sprint(pid)) {
		out, err := exec.Command("taskset", "-a", "-c", "-p", cores, id).CombinedOutput()
		require.NoError(t, err, string(out))
	}
}

// bench returns the figures and the table of one measurement.
func (p *paperOfFigures) bench(file string, args ...string) (measured, string) {
	p.t.Helper()
	if !*full {
		args = append(args, "--pairs", "1") // the last one counts
	}
	m := runBench(p.t, file, args...)
	return m, table(m)
}

func table(m measured) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-34s %8s %8s %8s %8s %7s %6s %7s %7s %6s %9s\n", "run", "rows", "seconds", "rows/s", "adapter", "source", "store", "broker", "all us", "idle", "peak")
	for _, r := range m.Results {
		peak := "-"
		if r.Peak > 0 {
			peak = fmt.Sprintf("%.1f MiB", float64(r.Peak)/(1<<20))
		}
		name := fmt.Sprintf("%s %dw %s %df %d old", r.Kind, r.Shape.Workers, r.Shape.Size, r.Shape.Feeds, r.Shape.Finished)
		fmt.Fprintf(&b, "%-34s %8d %8.2f %8.0f %8.1f %7.1f %6.1f %7.1f %7.1f %4.0f %% %9s\n", name, r.Rows, r.Seconds, r.Rate, r.Adapter, r.Source, r.Store, r.Broker, r.All, 100*r.Idle, peak)
	}
	fmt.Fprintf(&b, "%s\n", m.Limit)
	return b.String()
}

func (p *paperOfFigures) delays(file string) {
	out, log, code := runProgram(p.t, ".", "bench", "-c", file, "--source", "erp", "--latency", "100,1000")
	require.Zero(p.t, code, log)
	p.fold(out)
	var rate, rows, arrived int
	var p50, p99 float64
	lines := strings.Split(out, "\n")
	_, err := fmt.Sscanf(lines[2], "%d %d %d %f ms %f ms", &rate, &rows, &arrived, &p50, &p99)
	require.NoError(p.t, err, out)
	p.goal(p99 < 200 && arrived == rows, "at %d rows/s with poll_interval 100ms p99 is %.1f ms, wanted 200", rate, p99)
	var idle, resident float64
	out, log, code = runProgram(p.t, ".", "bench", "-c", file, "--source", "erp", "--idle", fmt.Sprint(size(3, 60), "s"))
	require.Zero(p.t, code, log)
	p.fold(out)
	_, after, _ := strings.Cut(out, "1 feed: ")
	_, err = fmt.Sscanf(after, "%f %% of a core", &idle)
	require.NoError(p.t, err, out)
	_, after, _ = strings.Cut(after, "resident memory ")
	_, err = fmt.Sscanf(after, "%f MiB", &resident)
	require.NoError(p.t, err, out)
	p.goal(idle < 0.5, "idle at poll_interval 1s it takes %.2f %% of a core, wanted 0.5", idle)
	p.goal(resident < 40, "idle it holds %.1f MiB, wanted 40", resident)
}

// rows is a cut's or the full number, as a flag's value.
func rows(cut, whole int) string { return fmt.Sprint(size(cut, whole)) }

// sweep is the cost as the work grows.
func (p *paperOfFigures) sweep(file string) {
	few := rows(2000, 100_000)
	_, grown := p.bench(file, "--only", "receipts", "--workers", "1,4,16,64", "--rows", few)
	p.say("Workers (w) of a feed; a row of this mapping takes a few microseconds, so more of them bring nothing. Where rows wait for lookups they do: [docs/proof/mapping.md](docs/proof/mapping.md).")
	p.fold(grown)
	_, small := p.bench(file, "--only", "raw,relay,receipts", "--size", "200B,2KiB", "--rows", rows(1000, 50_000))
	_, large := p.bench(file, "--only", "raw,relay,receipts", "--size", "200KiB", "--rows", rows(100, 1000))
	p.say("Rows of 200 B, 2 KiB and 200 KiB.")
	p.fold(small + large)
	_, feeds := p.bench(file, "--only", "relay", "--feeds", "1,20", "--rows", few)
	p.say("One feed (f), and the same rows spread over twenty.")
	p.fold(feeds)
	m, out := p.bench(file, "--only", "relay", "--rows", rows(20_000, 5_000_000), "--for", fmt.Sprint(size(2, 60), "s"), "--pairs", "1")
	p.say("A backlog of five million rows, its first 60 seconds.")
	p.fold(out)
	p.goal(m.Results[0].Peak < 100<<20, "with the backlog of five million it holds %.1f MiB at most, wanted 100", float64(m.Results[0].Peak)/(1<<20))
}
