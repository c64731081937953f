package bench

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// Hardware names the machine and the Go that it was measured with: "2 cores of AMD EPYC, linux/amd64, go1.26.2".
func Hardware() string {
	cpu := "an unknown processor"
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if name, ok := strings.CutPrefix(line, "model name\t: "); ok {
			cpu = strings.TrimSpace(name)
			break
		}
	}
	return fmt.Sprintf("%d cores of %s, %s/%s, %s", runtime.NumCPU(), cpu, runtime.GOOS, runtime.GOARCH, runtime.Version())
}
