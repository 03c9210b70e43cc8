"""What every scenario needs: the runtimes, programs of our own, a folder that leaves nothing behind, the clock."""
import contextlib
import glob
import os
import select
import shutil
import subprocess
import tempfile
import typing

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
BUILD = f"{ROOT}/.build/bench"
APUS = f"{ROOT}/build/apus"
TIMER = f"{BUILD}/timer"
USER = 61234  # nobody's
# name: source, options of the compiler
PROGRAMS = {
    "floor": ("floor.c", ["-static"]),
    "timer": ("timer.c", ["-static"]),
    "true": ("program.c", ["-static", "-nostdlib"]),
    "stay": ("program.c", ["-static", "-nostdlib", "-DSTAY"]),
    "instructions": ("instructions.c", ["-static"]),
    "unlimited.so": ("unlimited.c", ["-shared", "-fPIC", "-nostdlib"]),
}


class Problem(Exception):
    """Why a runtime cannot take part in a scenario, in one line."""


def compile_programs():
    os.makedirs(BUILD, exist_ok=True)
    for name, (source, options) in PROGRAMS.items():
        path = f"{ROOT}/benchmarks/{source}"
        if not os.path.exists(f"{BUILD}/{name}") or os.stat(path).st_mtime > os.stat(f"{BUILD}/{name}").st_mtime:
            subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-Werror", *options, "-o", f"{BUILD}/{name}", path], check=True)


class Times(typing.NamedTuple):
    passed: float     # ms
    processor: float  # ms
    peak: float       # MB
    faults: int


class Runtime:
    """A runtime with a folder for its containers. `--root` and the like are the same before every verb."""

    def __init__(self, name, path, folder):
        self.name = name
        self.path = path
        self.folder = folder
        self.root = f"{folder}/state/{name}"
        os.makedirs(self.root, exist_ok=True)  # runc lists no folder that is not there
        self.options = []
        self.environment = dict(os.environ)
        self.uid = 0
        # crun gives up where it may not raise a limit: see unlimited.c.
        self.is_preloaded = name == "crun" and not holds(CAP_SYS_RESOURCE)
        if self.is_preloaded:
            self.environment["LD_PRELOAD"] = f"{BUILD}/unlimited.so"
        self.version = self.ask_version() if path else ""

    def ask_version(self):
        answer = subprocess.run([self.path, "--version"], capture_output=True, text=True)
        return answer.stdout.split("\n")[0].split()[-1].split("+")[0]

    def command(self, *words):
        return [self.path, "--root", self.root, *self.options, *words]

    def run(self, bundle, name):
        return self.command("run", "--bundle", bundle.path, name)

    def as_user(self, uid):
        """The same for an ordinary user, who makes no cgroup."""
        other = Runtime(self.name, self.path, self.folder)
        other.root += "-user"
        other.uid = uid
        other.options = {"crun": ["--cgroup-manager=disabled"]}.get(self.name, [])
        os.makedirs(other.root, exist_ok=True)
        os.chown(other.root, uid, uid)
        other.environment["XDG_RUNTIME_DIR"] = other.root
        return other

    def call(self, *words):
        """Untimed; its standard output is nowhere, as a container would keep a pipe open."""
        execute(self.command(*words), self)

    def time(self, *words):
        """Milliseconds."""
        return timed(self.command(*words), self).passed


class Floor(Runtime):
    def __init__(self, folder):
        super().__init__("floor", None, folder)
        self.path = f"{BUILD}/floor"

    def run(self, bundle, name):
        if not bundle.is_default:
            raise Problem("the floor makes no other container than that of the default bundle")
        return [self.path, f"{bundle.path}/rootfs", name, *bundle.arguments]


def execute(command, runtime):
    with tempfile.TemporaryFile() as errors:
        answer = subprocess.run(command, env=runtime.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
        if answer.returncode != 0:
            raise failure(command, answer.returncode, errors)


def timed(command, runtime, *options):
    """What the timer says of a command, or of as many as `options` say."""
    user = ["-u", str(runtime.uid)] if runtime.uid else []
    with tempfile.TemporaryFile() as errors:
        answer = subprocess.run([TIMER, *user, *options, *command], env=runtime.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=errors, text=True)
        if answer.returncode != 0:
            raise failure(command, answer.returncode, errors)
        nanoseconds, processor, peak, faults, status = map(int, answer.stdout.split())
        if status != 0:
            raise failure(command, status, errors)
    return Times(nanoseconds / 1e6, processor / 1e6, peak * 1024 / 1e6, faults)


def failure(command, status, errors):
    errors.seek(0)
    lines = errors.read().decode(errors="replace").strip().split("\n")
    return Problem(f"{' '.join(command[:8])} ended with {status}: {lines[-1] or 'without a word'}")


class Lab:
    """A folder for one run of the benchmarks, and the names of its containers.

    `at_end` takes away what outlives a scenario."""

    def __init__(self, folder):
        self.folder = folder
        self.bundles = {}
        self.count = 0
        self.crowds = {}  # how many containers are kept, by runtime; see crowds.py
        self.crowd_names = []
        self.at_end = contextlib.ExitStack()
        self.at_end.callback(remove_cgroups)

    def new_id(self, runtime):
        self.count += 1
        return f"bench{os.getpid()}-{runtime.name}-{self.count}"

    def bundle(self, make, *arguments):
        """Made once for all runtimes: the same bundle for the same maker and arguments."""
        key = (make.__name__, *arguments)
        if key not in self.bundles:
            self.bundles[key] = make(f"{self.folder}/{make.__name__}-{len(self.bundles)}", *arguments)
        return self.bundles[key]


@contextlib.contextmanager
def new_lab():
    folder = tempfile.mkdtemp(prefix="apus-bench.", dir="/run")
    os.chmod(folder, 0o755)  # an ordinary user takes part
    state = f"{folder}/state"
    os.mkdir(state)
    # What /run is wherever systemd starts the system, though not everywhere; bundles stay on a disk.
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", state], check=True)
    try:
        lab = Lab(folder)
        with lab.at_end:
            yield lab
    finally:
        subprocess.run(["umount", state], check=True)
        shutil.rmtree(folder)


@contextlib.contextmanager
def container(runtime, bundle, name, *, start=False):
    """One that is created, and started if told; deleted at the end whatever its state. Yields the pid of its init."""
    pid_file = f"{bundle.path}/{name}.pid"
    runtime.call("create", "--bundle", bundle.path, "--pid-file", pid_file, name)
    try:
        if start:
            runtime.call("start", name)
        with open(pid_file) as file:
            yield int(file.read())
    finally:
        os.unlink(pid_file)
        runtime.call("delete", "--force", name)


def remove_cgroups():
    """Of containers that could not be made: not every runtime remembers."""
    for path in glob.glob(f"/sys/fs/cgroup/bench{os.getpid()}-*"):
        os.rmdir(path)


def wait_for_end(pid):
    """Until nobody has the pid any more: an orphan is reaped by the machine's first process, not by us."""
    with contextlib.suppress(ProcessLookupError):
        handle = os.pidfd_open(pid)
        select.select([handle], [], [], 10)
        os.close(handle)


CAP_SYS_RESOURCE = 24


def holds(capability):
    with open("/proc/self/status") as file:
        effective = next(line for line in file if line.startswith("CapEff:"))
    return int(effective.split()[1], 16) >> capability & 1 == 1
