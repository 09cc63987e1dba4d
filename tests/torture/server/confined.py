"""Runs the program as its image does: a user without any right, who writes to the store and a temporary folder alone.

``python -m tests.torture.server.confined``, as root on Linux with curl and Chromium; it takes a minute. In a mount
name space of its own the whole system is read-only. The page, its pictures, an import through it, and the commands
`status` and `chart` have to work; writing anywhere else has to fail. It prints each try, and at the end tries and
failures.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ("app.py", "pyproject.toml", "analysis", "cli", "collectors", "dashboard", "data", "deviation", "evidence")
PORT = 8177
TIMEOUT_S = 300

SCRIPT = r"""
set -e
mount --make-rprivate /
mkdir "$WORK/python"
mount --bind "$BASE_PREFIX" "$WORK/python"
mount -t tmpfs -o mode=755 tmpfs /srv; mkdir /srv/code /srv/store
tar --create --exclude=data/lake --exclude=__pycache__ --directory "$ROOT" $SOURCES |
  tar --extract --no-same-owner --directory /srv/code
chmod -R go-w /srv/code
# The interpreter may lie in a folder of root's own, which the user may not enter.
top="/$(echo "$BASE_PREFIX" | cut -d/ -f2)"
if [ "$top" = /root ]; then
  mount -t tmpfs -o mode=755 tmpfs /root; mkdir -p "$BASE_PREFIX"; mount --bind "$WORK/python" "$BASE_PREFIX"
fi
mount -t tmpfs -o mode=700,uid=10001,gid=10001 tmpfs /srv/store
mount -o remount,ro,bind /srv
mount -t tmpfs -o mode=1777,size=64m tmpfs /tmp
mount -t tmpfs -o mode=1777,size=2g tmpfs /var/tmp
mount -o remount,ro,bind /
cd /srv/store
as_user() {
  setpriv --reuid 10001 --regid 10001 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \
    env -i PATH=/usr/bin:/bin HOME=/srv/store TMPDIR=/var/tmp PLUMBLINE_STORE=/srv/store/lake "$@"
}
tries=0; failures=0
try() {
  name=$1; shift; tries=$((tries + 1))
  if "$@" > /var/tmp/out 2>&1; then echo "works: $name"; else
    failures=$((failures + 1)); echo "FAILED: $name"; tail -5 /var/tmp/out
  fi
}
refuse() {
  tries=$((tries + 1))
  if as_user touch "$1" 2>/dev/null; then failures=$((failures + 1)); echo "FAILED: $1 is written"
  else echo "refused: $1"; fi
}
for folder in "" /usr /etc /srv/code /srv/code/data "$PREFIX"; do refuse "$folder/plumbline-try"; done
try "no capability" sh -c "$(declare -f as_user); as_user grep -q 'CapEff:.0000000000000000' /proc/self/status"
as_user "$PYTHON" -B /srv/code/app.py serve --port $PORT > /tmp/served 2>&1 & server=$!
get() {
  curl --silent --fail --max-time 100 --retry 60 --retry-delay 1 --retry-connrefused --output /tmp/got \
    "http://127.0.0.1:$PORT$1"
}
send() {
  curl --silent --fail --output /tmp/got --header 'Content-Type: application/octet-stream' --data-binary @"$1" \
    "http://127.0.0.1:$PORT$2"
}
try "the page comes up" get /method
view="asset=ATOM&window=crash&origin=reconstruction"
try "the explorer" get "/explorer?$view"
try "a PNG" get "/export/comparison.png?$view"
try "an SVG" get "/export/comparison.svg?$view"
echo 'venue,symbol,open_time,open,high,low,close,volume
kraken,ATOM/USD,2025-10-10T21:00:00Z,4,4.1,3.9,4,10' > /tmp/candles.csv
try "a dropped file" send /tmp/candles.csv "/import?name=candles.csv"
token=$(grep --only-matching 'data-card-[0-9a-f]*' /tmp/got | head -1 | cut -d- -f3)
try "its import" send /dev/null "/import/$token/store"
try "its row is stored" sh -c "grep -q '1 row' /tmp/got"
try "status" as_user "$PYTHON" -B /srv/code/app.py status
try "chart" as_user "$PYTHON" -B /srv/code/app.py chart --asset ATOM --event 2025-10-10 --out /srv/store/atom.png
pkill -TERM -P $server 2>/dev/null || kill -TERM $server
wait $server || true
try "the page ends by itself" grep -q ended /tmp/served
echo "$tries tries, $failures failures"
exit $((failures > 0))
"""


def main() -> int:
    """Run the script in a mount namespace; its exit code."""
    if sys.platform != "linux" or os.geteuid() != 0:
        print("this needs Linux and root, who alone can make the system read-only", file=sys.stderr)
        return 2
    prefix = Path(sys.prefix).resolve()  # /tmp is another one in the namespace
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "PATH": os.environ["PATH"],
            "WORK": folder,
            "BASE_PREFIX": sys.base_prefix,
            "PREFIX": str(prefix),
            "PYTHON": str(prefix / "bin" / "python"),
            "PORT": str(PORT),
            "ROOT": str(ROOT),
            "SOURCES": " ".join(SOURCES),
        }
        command = ["unshare", "--mount", "--propagation", "private", "bash", "-c", SCRIPT]
        return subprocess.run(command, env=environment, check=False, timeout=TIMEOUT_S).returncode  # noqa: S603 - our own


if __name__ == "__main__":
    sys.exit(main())
