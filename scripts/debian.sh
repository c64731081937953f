#!/usr/bin/env bash
# debian.sh proves the README's `make deps test` on a fresh Debian: it makes a minimal Debian 12 in a folder, puts Go and a clone of what
# is committed into it, and runs both targets there as root, with nothing running and no setting of this machine's. It needs root and
# debootstrap, and about 20 minutes. TRUST names a Java trust store to take along, for a network with certificates of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=${1:?usage: scripts/debian.sh FOLDER, which must not be there yet}
[ ! -e "$dir" ] || { echo "debian.sh: $dir is there already"; exit 2; }
debootstrap --variant=minbase --include=ca-certificates,make,git,procps bookworm "$dir" http://deb.debian.org/debian >/dev/null
trap 'umount "$dir/run" "$dir/dev" "$dir/proc"' EXIT
mount --bind /proc "$dir/proc"
mount --bind /dev "$dir/dev"
mount -t tmpfs -o mode=1777 tmpfs "$dir/run"
cp /etc/resolv.conf /etc/hosts "$dir/etc/"
cp /etc/ssl/certs/ca-certificates.crt "$dir/etc/ssl/certs/"
cp -a "$(go env GOROOT)" "$dir/usr/local/go"
git clone -q . "$dir/root/rowrelay"
options=()
if [ -n "${TRUST:-}" ]; then
	cp "$TRUST" "$dir/root/trust"
	options=(MAVEN_OPTS=-Djavax.net.ssl.trustStore=/root/trust)
fi
path=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
git rev-parse --short HEAD
chroot "$dir" env -i HOME=/root PATH=$path REQUIRE_REAL=1 GOPROXY="$(go env GOPROXY)" GOFLAGS="$(go env GOFLAGS)" "${options[@]}" \
	sh -c 'cd /root/rowrelay && time make deps test'
