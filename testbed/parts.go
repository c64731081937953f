// Package testbed runs the real parts that rowrelay's tests need: PostgreSQL, the three brokers and their JMS consumers.
package testbed

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// Part is something real that tests run against and that a machine may lack.
type Part string

// The parts. ActiveMQ is ActiveMQ Classic; JMS is the three Java clients with a JDK; XMLLint is the program xmllint.
const (
	PostgreSQL Part = "postgresql"
	ActiveMQ   Part = "activemq"
	Artemis    Part = "artemis"
	RabbitMQ   Part = "rabbitmq"
	JMS        Part = "jms"
	XMLLint    Part = "xmllint"
)

// Brokers are the parts that SharedBroker and StartBroker know.
var Brokers = []Part{ActiveMQ, Artemis, RabbitMQ}

// Parts are all parts, in the order in which they are reported.
var Parts = append([]Part{PostgreSQL}, append(slices.Clone(Brokers), JMS, XMLLint)...)

const remedy = "run `make deps` as root on Debian, or see docs/real-parts.md"

// Require skips the test when this machine lacks one of the parts, naming it and how to get it. With REQUIRE_REAL=1 it
// fails the test instead.
func Require(t testing.TB, parts ...Part) {
	t.Helper()
	for _, p := range parts {
		err := Missing(p)
		if err == nil {
			continue
		}
		if RealRequired() {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

// RealRequired tells whether REQUIRE_REAL=1 makes a missing part a failure.
func RealRequired() bool { return os.Getenv("REQUIRE_REAL") == "1" }

// Missing returns nil when the part can be run here, else an error that names what is lacking and the remedy.
func Missing(p Part) error {
	for _, path := range needs(p) {
		if !exists(path) {
			return fmt.Errorf("%s is missing (no %s): %s", p, path, remedy)
		}
	}
	return nil
}

func needs(p Part) []string {
	switch p {
	case PostgreSQL:
		return []string{filepath.Join(postgresBin(), "initdb")}
	case ActiveMQ:
		return []string{"java", "openssl", activemqHome + "/bin/activemq.jar", activemqHome + "/lib/activemq-stomp.jar"}
	case Artemis:
		return []string{"java", "openssl", artemisHome() + "/lib/artemis-boot.jar"}
	case RabbitMQ:
		return []string{"epmd", rabbitmqServer}
	case JMS:
		return []string{"java", filepath.Join(jmsFolder(), "classes", "consumer", "Main.class")}
	}
	return []string{string(p)}
}

// exists looks a bare name up on PATH and anything else in the file system.
func exists(path string) bool {
	if filepath.Base(path) == path {
		_, err := exec.LookPath(path)
		return err == nil
	}
	_, err := os.Stat(path)
	return err == nil
}

// partsFolder is where scripts/deps.sh puts what does not come from the distribution's packages.
func partsFolder() string {
	if dir := os.Getenv("ROWRELAY_PARTS"); dir != "" {
		return dir
	}
	cache, err := os.UserCacheDir()
	if err != nil { // no HOME: name a folder that is not there, so that the part is reported as missing
		return "/nonexistent"
	}
	return filepath.Join(cache, "rowrelay", "parts")
}

func artemisHome() string { return filepath.Join(partsFolder(), "artemis", "home") }

func jmsFolder() string { return filepath.Join(partsFolder(), "jms") }
