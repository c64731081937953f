package config

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

const followed = `connections:
  erp: { url: "sqlite:orders.db" }
  mq: { url: "stomp://mq:61613", user: relay, password: "${file:SECRET}" }
feeds:
  orders:
    workers: 4
    source: { connection: erp, table: orders, sequence: seq, start: now }
    message: { root: Order }
    sink: { connection: mq, queue: ERP.ORDERS }
`

// world is a daemon's file on disk, its secret, and what the daemon was told.
type world struct {
	t        *testing.T
	path     string
	secret   string
	text     string
	hangup   chan os.Signal
	verdicts chan Verdict
}

// follow starts a follower on a file in folder.
func follow(t *testing.T, folder string, deaf bool) *world {
	w := &world{
		t: t, path: filepath.Join(folder, "rowrelay.yaml"), secret: filepath.Join(folder, "secret"),
		hangup: make(chan os.Signal), verdicts: make(chan Verdict, 100),
	}
	w.text = strings.ReplaceAll(followed, "SECRET", w.secret)
	w.write(w.secret, "one")
	w.write(w.path, w.text)
	w.start(deaf)
	return w
}

func (w *world) start(deaf bool) {
	load := func() (*File, Complaints) { return Load(w.path, Process(), Run) }
	file, complaints := load()
	require.NoError(w.t, complaints.Err())
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		Follow(ctx, file, Watch{Path: w.path, Load: load, Hangup: w.hangup, Deaf: deaf, Tell: func(v Verdict) { w.verdicts <- v }})
	}()
	w.t.Cleanup(func() { cancel(); <-done })
}

func (w *world) write(path, content string) {
	w.t.Helper()
	require.NoError(w.t, os.WriteFile(path, []byte(content), 0o600))
}

// with is the file with one part replaced.
func (w *world) with(old, new string) string {
	w.t.Helper()
	require.Contains(w.t, w.text, old)
	return strings.ReplaceAll(w.text, old, new)
}

func (w *world) verdict() Verdict {
	w.t.Helper()
	select {
	case v := <-w.verdicts:
		return v
	case <-time.After(30 * time.Second):
		require.Fail(w.t, "no verdict")
		return Verdict{}
	}
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSavedEditIsFollowed(t *testing.T) {
	w := follow(t, t.TempDir(), false)
	w.write(w.path, w.with("workers: 4", "workers: 16"))
	v := w.verdict()
	require.Empty(t, v.Refused)
	require.Equal(t, []Change{{"feeds.orders.workers", "4", "16"}}, v.Changes)
	require.Equal(t, 16, v.File.Feeds["orders"].Workers)
}

func TestEditByRenamingIsFollowed(t *testing.T) {
	w := follow(t, t.TempDir(), false)
	for _, workers := range []string{"16", "2"} {
		w.write(w.path+".new", w.with("workers: 4", "workers: "+workers))
		require.NoError(t, os.Rename(w.path+".new", w.path))
		v := w.verdict()
		require.Empty(t, v.Refused)
		require.Equal(t, workers, v.Changes[0].To)
	}
}

func TestHalfWrittenFileIsReadAgain(t *testing.T) {
	w := follow(t, t.TempDir(), false)
	whole := w.with("workers: 4", "workers: 16")
	f, err := os.Create(w.path)
	require.NoError(t, err)
	for _, piece := range []string{whole[:60], whole[60:200], whole[200:]} {
		time.Sleep(350 * time.Millisecond) // a slow writer is what is tested: longer than a save settles
		_, err = f.WriteString(piece)
		require.NoError(t, err)
	}
	require.NoError(t, f.Close())
	v := w.verdict()
	require.Empty(t, v.Refused)
	require.Equal(t, []Change{{"feeds.orders.workers", "4", "16"}}, v.Changes)
}

func TestSwappedLinkIsFollowed(t *testing.T) {
	folder := t.TempDir()
	secret := filepath.Join(folder, "secret")
	w := &world{t: t, path: filepath.Join(folder, "rowrelay.yaml"), hangup: make(chan os.Signal), verdicts: make(chan Verdict, 100)}
	w.write(secret, "one")
	w.text = strings.ReplaceAll(followed, "SECRET", secret)
	mount := func(version, content string) {
		dir := filepath.Join(folder, "..v"+version)
		require.NoError(t, os.Mkdir(dir, 0o700))
		w.write(filepath.Join(dir, "rowrelay.yaml"), content)
		require.NoError(t, os.Symlink("..v"+version, filepath.Join(folder, "..data_tmp")))
		require.NoError(t, os.Rename(filepath.Join(folder, "..data_tmp"), filepath.Join(folder, "..data")))
	}
	mount("1", w.text)
	require.NoError(t, os.Symlink("..data/rowrelay.yaml", w.path))
	w.start(false)
	mount("2", w.with("workers: 4", "workers: 9"))
	require.Equal(t, []Change{{"feeds.orders.workers", "4", "9"}}, w.verdict().Changes)
}

func TestBadEditIsRefusedWithItsLineAndTheOldFileStays(t *testing.T) {
	w := follow(t, t.TempDir(), false)
	w.write(w.path, w.with("workers: 4", "wrokers: 4"))
	v := w.verdict()
	require.Equal(t, 6, v.Line)
	require.Equal(t, w.path+`:6:5  unknown key "wrokers" in feeds.orders`, v.Refused)
	require.Nil(t, v.Waiting)
	require.Equal(t, 4, v.File.Feeds["orders"].Workers)

	w.write(w.path, w.with("workers: 4", "workers: 5"))
	v = w.verdict()
	require.Empty(t, v.Refused)
	require.Equal(t, 5, v.File.Feeds["orders"].Workers)
}

func TestEditOfAnotherKeyIsRefusedWhole(t *testing.T) {
	w := follow(t, t.TempDir(), false)
	w.write(w.path, strings.ReplaceAll(w.with("workers: 4", "workers: 16"), "ERP.ORDERS", "OTHER"))
	v := w.verdict()
	require.Equal(t, "needs a restart: feeds.orders.sink.queue", v.Refused)
	require.Equal(t, "OTHER", v.Waiting.Feeds["orders"].Sink.Queue)
	require.Equal(t, 9, v.Line)
	require.Empty(t, v.Changes)
	require.Equal(t, 4, v.File.Feeds["orders"].Workers)
}

func TestChangedSecretNeedsARestartAndIsNotShown(t *testing.T) {
	w := follow(t, t.TempDir(), false)
	w.write(w.secret, "hunter2")
	v := w.verdict()
	require.Equal(t, "needs a restart: connections.mq.password", v.Refused)
	require.NoError(t, os.Remove(w.secret))
	require.Contains(t, w.verdict().Refused, "cannot be read")
	w.write(w.secret, "one")
	v = w.verdict()
	require.Empty(t, v.Refused)
	require.Empty(t, v.Changes)
}

func TestHangupReadsAgain(t *testing.T) {
	w := follow(t, t.TempDir(), true)
	w.hangup <- syscall.SIGHUP
	v := w.verdict()
	require.Empty(t, v.Refused)
	require.Empty(t, v.Changes)

	w.write(w.path, w.with("workers: 4", "workers: 8"))
	w.hangup <- syscall.SIGHUP
	require.Len(t, w.verdict().Changes, 1)
}

func TestEditThatUsesAnotherFileIsToldOnce(t *testing.T) {
	w := follow(t, t.TempDir(), false)
	number := filepath.Join(t.TempDir(), "number")
	w.write(number, "8\n")
	w.write(w.path, w.with("workers: 4", "workers: ${file:"+number+"}"))
	require.Equal(t, []Change{{"feeds.orders.workers", "4", "8"}}, w.verdict().Changes)
	w.write(number, "9\n")
	require.Equal(t, []Change{{"feeds.orders.workers", "8", "9"}}, w.verdict().Changes)
}
