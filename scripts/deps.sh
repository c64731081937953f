#!/bin/sh
# deps.sh brings everything that `make test` runs against: PostgreSQL, ActiveMQ Classic, RabbitMQ, a JDK with Maven, xmllint
# and a C compiler from Debian's packages, Artemis and the JMS clients through Maven, the Go modules, and the linter.
# It leaves no service running, changes nothing that is there already, and ends at once when nothing is missing.
# What does not come from Debian lies in $ROWRELAY_PARTS (default ~/.cache/rowrelay/parts), never in the work tree.
set -eu
cd "$(dirname "$0")/.."
parts=${ROWRELAY_PARTS:-${XDG_CACHE_HOME:-$HOME/.cache}/rowrelay/parts}
policy=/usr/sbin/policy-rc.d

say() { printf 'deps: %s\n' "$*"; }

# missing prints the Debian packages that this machine lacks, told by the files that testbed uses.
missing() {
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || echo postgresql
	[ -f /usr/share/activemq/bin/activemq.jar ] || echo activemq
	[ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || echo rabbitmq-server
	command -v javac >/dev/null || echo default-jdk-headless
	command -v mvn >/dev/null || echo maven
	command -v openssl >/dev/null || echo openssl
	command -v gcc >/dev/null || echo gcc libc6-dev # go test -race needs a C compiler
	command -v xmllint >/dev/null || echo libxml2-utils
}

# without_services runs a command while Debian's packages are forbidden to start anything, then restores the policy.
without_services() {
	if [ -e $policy ]; then
		mv $policy $policy.before-rowrelay
		trap 'mv -f $policy.before-rowrelay $policy' EXIT
	else
		trap 'rm -f $policy' EXIT
	fi
	trap 'exit 130' INT TERM
	printf '#!/bin/sh\nexit 101\n' >$policy
	chmod 755 $policy
	"$@"
}

install_packages() (
	export DEBIAN_FRONTEND=noninteractive
	without_services sh -ec 'apt-get -q update; apt-get -qy install --no-install-recommends "$@"' sh "$@"
	if [ -d /run/systemd/system ]; then # the policy holds now; this one holds at the next boot
		for service in "$@"; do systemctl disable "$service" >/dev/null 2>&1 || true; done
	fi
)

packages() {
	want=$(missing | tr '\n' ' ')
	[ -n "$want" ] || return 0
	if [ ! -f /etc/debian_version ] || [ "$(id -u)" != 0 ]; then
		say "missing: $want(names of Debian packages). On Debian run 'make deps' as root; elsewhere install"
		say "PostgreSQL (initdb in /usr/lib/postgresql/*/bin or on PATH), ActiveMQ Classic 5.17+ in /usr/share/activemq,"
		say "RabbitMQ 3.10+ in /usr/lib/rabbitmq, a JDK 17+, Maven 3.8+ and xmllint; docs/real-parts.md tells more."
		exit 1
	fi
	say "installing $want"
	# shellcheck disable=SC2086 # one word a package
	install_packages $want
}

# java_parts lets Maven bring Artemis and the JMS clients and compile the consumer; the stamp is what they were made from.
java_parts() {
	stamp=$(cat testbed/java/pom.xml $(find testbed/java/src -name '*.java' | sort) | sha256sum)
	[ "$(cat "$parts/java.stamp" 2>/dev/null)" != "$stamp" ] || return 0
	say "Artemis and the JMS clients through Maven into $parts"
	mkdir -p "$parts"
	rm -rf "$parts/artemis" "$parts/jms"
	mvn -B -q -Dstyle.color=never -f testbed/java/pom.xml -Dparts="$parts" process-classes
	mv "$parts"/artemis/apache-artemis-* "$parts/artemis/home"
	echo "$stamp" >"$parts/java.stamp"
}

linter() {
	version=v2.15.0
	stamp="golangci-lint $version $(go version)"
	[ "$(cat "$parts/linter.stamp" 2>/dev/null)" != "$stamp" ] || return 0
	say "building golangci-lint $version, which takes two minutes"
	GOBIN="$parts/bin" GOFLAGS= go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$version"
	echo "$stamp" >"$parts/linter.stamp"
}

command -v go >/dev/null || { say "Go is missing: install the version that go.mod names from https://go.dev/dl"; exit 1; }
packages
java_parts
go mod download
linter
say "everything is there (parts in $parts)"
