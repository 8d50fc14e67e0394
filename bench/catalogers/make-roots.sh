#!/usr/bin/env bash
# Makes root file systems of real packages below DIRECTORY, for bench/catalogers/catalogers.mjs: Debian's packages with
# their database, and trees of npm, pip, Maven and Go. One that can't be made is named and left out.
# Usage: bash bench/catalogers/make-roots.sh DIRECTORY
set -uo pipefail
directory=$(mkdir -p "$1" && cd "$1" && pwd)
export DEBIAN_FRONTEND=noninteractive

# Unpacks packages of Debian into a root, and enters them into its database as dpkg does.
debian() {
  local root=$1; shift
  local debs; debs=$(mktemp -d)
  mkdir -p "$root/etc" "$root/var/lib/dpkg/info"
  printf 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n' > "$root/etc/os-release"
  (cd "$debs" && apt-get download -q "$@" > /dev/null 2>&1) || return 1
  for deb in "$debs"/*.deb; do
    dpkg-deb -x "$deb" "$root"
    local name; name=$(dpkg-deb -f "$deb" Package)
    dpkg-deb -f "$deb" | sed '1a Status: install ok installed' >> "$root/var/lib/dpkg/status"
    echo >> "$root/var/lib/dpkg/status"
    dpkg-deb --fsys-tarfile "$deb" | tar -t | sed 's|^\.||; s|/$||; s|^$|/.|' > "$root/var/lib/dpkg/info/$name.list"
    dpkg-deb --ctrl-tarfile "$deb" | tar -xO ./md5sums > "$root/var/lib/dpkg/info/$name.md5sums" 2> /dev/null || true
  done
  rm -rf "$debs"
}
npm_tree() { mkdir -p "$1/app" && (cd "$1/app" && npm init -y > /dev/null && npm install --silent --ignore-scripts "${@:2}" > /dev/null 2>&1); }
pip_tree() { mkdir -p "$1/usr/local/lib/python3.11/site-packages" && pip install -q --no-compile --target "$1/usr/local/lib/python3.11/site-packages" "${@:2}" > /dev/null 2>&1; }
wheels() { mkdir -p "$1/srv/wheels" && pip download -q -d "$1/srv/wheels" "${@:2}" > /dev/null 2>&1; }
maven() { mkdir -p "$1/app" && for artifact in "${@:2}"; do mvn -q dependency:copy -Dartifact="$artifact" -DoutputDirectory="$1/app" > /dev/null 2>&1 || return 1; done; }
programs() { mkdir -p "$1/usr/local/bin" && cp -L "${@:2}" "$1/usr/local/bin/"; }
tree() { mkdir -p "$1/$(dirname "$3")" && cp -a "$2" "$1/$3"; }
bootstrap() { debootstrap --variant=minbase bookworm "$1" > /dev/null 2>&1; }

make() {
  local name=$1 how=$2; shift 2
  [ ! -e "$directory/$name" ] || return 0
  if "$how" "$directory/.$name" "$@"; then mv "$directory/.$name" "$directory/$name"; echo "made $name"; else rm -rf "${directory:?}/.$name"; echo "left out $name"; fi
}

make debian-node debian nodejs libnode108 npm node-semver node-tar node-minimatch
make debian-python debian python3.11-minimal libpython3.11-minimal libpython3.11-stdlib python3-requests python3-yaml python3-pip python3-urllib3 python3-cryptography
make debian-php debian php8.2-cli php8.2-common composer php-symfony-console
make debian-ruby debian ruby3.1 libruby3.1 rake bundler ruby-rubygems ruby-json
make debian-java debian openjdk-17-jre-headless
make debian-java-libraries debian liblog4j2-java libjackson2-databind-java libcommons-lang3-java libguava-java
make debian-servers debian nginx redis-server redis-tools postgresql-15 apache2-bin openssl libssl3
make debian-go debian caddy restic rclone
make debian-rust debian ripgrep fd-find bat
make debian-perl debian perl perl-base perl-modules-5.36 libperl5.36
make npm-express npm_tree express pino helmet
make npm-tools npm_tree eslint webpack typescript
make npm-yarn npm_tree yarn pnpm npm@10
make pip-django pip_tree django celery requests
make pip-data pip_tree numpy pandas
make pip-wheels wheels flask sqlalchemy pip setuptools
make maven-shaded maven org.openapitools:openapi-generator-cli:7.4.0 com.puppycrawl.tools:checkstyle:10.12.5
make maven-boot maven io.zipkin:zipkin-server:2.24.3:jar:exec
make maven-libraries maven org.apache.logging.log4j:log4j-core:2.14.1 com.fasterxml.jackson.core:jackson-databind:2.13.0 org.springframework:spring-web:5.3.10 com.google.guava:guava:32.0.0-jre org.yaml:snakeyaml:1.30 io.netty:netty-all:4.1.68.Final
make maven-war maven org.jenkins-ci.main:jenkins-war:2.426.1:war
make go-toolchain tree "$(go env GOROOT)/pkg/tool" usr/local/go/pkg/tool
make go-programs programs "${GO_PROGRAMS:-$(command -v go)}"
make node-prefix programs "$(dirname "$0")/../../node_modules/node/bin/node"
make python-prefix tree "$(python3 -c 'import sys; print(sys.base_prefix)')" usr/local
make debian-minbase bootstrap
