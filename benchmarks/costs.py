"""What is counted and not timed: memory, system calls, instructions."""
import contextlib
import re
import shutil
import subprocess
import tempfile

import bundles
from lab import BUILD, Problem, container, failure, remove_cgroups, timed
from lives import running
from scenario import scenario


def declare_memory(verb, prepare, floor=False):
    @scenario(f"memory-{verb.split()[0]}", f"peak memory, {verb}", "MB", floor=floor, share=0.05)
    def memory(lab, runtime):
        with prepare(lab, runtime) as command:
            yield lambda: peak(runtime, command)


def peak(runtime, command):
    with command() as words:
        return timed(words, runtime).peak


# Each prepares what all samples share, and gives a context manager that prepares one and yields its command.


@contextlib.contextmanager
def whole_run(lab, runtime):
    command = runtime.run(lab.bundle(bundles.default), lab.new_id(runtime))
    yield lambda: contextlib.nullcontext(command)


@contextlib.contextmanager
def one_create(lab, runtime):
    bundle, name = lab.bundle(bundles.default), lab.new_id(runtime)

    @contextlib.contextmanager
    def command():
        yield runtime.command("create", "--bundle", bundle.path, name)
        runtime.call("delete", "--force", name)
    yield command


@contextlib.contextmanager
def one_start(lab, runtime):
    bundle, name = lab.bundle(bundles.default), lab.new_id(runtime)

    @contextlib.contextmanager
    def command():
        with container(runtime, bundle, name):
            yield runtime.command("start", name)
    yield command


@contextlib.contextmanager
def one_delete(lab, runtime):
    bundle, name = lab.bundle(bundles.default, "stay"), lab.new_id(runtime)

    @contextlib.contextmanager
    def command():
        runtime.call("create", "--bundle", bundle.path, name)
        yield runtime.command("delete", "--force", name)
    yield command


def of_running(*words):
    @contextlib.contextmanager
    def prepare(lab, runtime):
        with running(lab, runtime) as name:
            command = runtime.command(words[0], name, *words[1:])
            yield lambda: contextlib.nullcontext(command)
    return prepare


@contextlib.contextmanager
def whole_list(lab, runtime):
    with running(lab, runtime):
        yield lambda: contextlib.nullcontext(runtime.command("list"))


declare_memory("run", whole_run, floor=True)
declare_memory("create", one_create)
declare_memory("start", one_start)
declare_memory("state", of_running("state"))
declare_memory("kill", of_running("kill", "WINCH"))
declare_memory("delete --force", one_delete)
declare_memory("exec", of_running("exec", "/bin/true"))
declare_memory("list", whole_list)


# System calls and instructions


@scenario("calls", "system calls of a run", "calls", floor=True, share=0.05)
def calls(lab, runtime):
    if not shutil.which("strace"):
        raise Problem("not installed: strace")
    command = runtime.run(lab.bundle(bundles.default), lab.new_id(runtime))
    yield lambda: count_calls(command, runtime)


def count_calls(command, runtime):
    """Of the runtime and the container, whose program makes two: its execve and its end."""
    environment = [f"--env={name}={runtime.environment[name]}" for name in ("LD_PRELOAD",) if name in runtime.environment]
    with tempfile.NamedTemporaryFile() as trace, tempfile.TemporaryFile() as errors:
        answer = subprocess.run(["strace", "-f", "-qq", "-o", trace.name, *environment, *command], stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=errors)
        if answer.returncode != 0:
            raise failure(command, answer.returncode, errors)
        with open(trace.name) as file:
            return sum(1 for line in file if re.match(r"\d+ +\w+\(", line))


@scenario("faults", "page faults of a run", "faults", floor=True, share=0.1)
def faults(lab, runtime):
    command = runtime.run(lab.bundle(bundles.default), lab.new_id(runtime))
    yield lambda: timed(command, runtime).faults


@scenario("instructions", "instructions of a run, in user mode", "million", floor=True, share=0, takes_minutes=True)
def instructions(lab, runtime):
    if runtime.name == "runc":
        raise Problem("runc's scheduler does not get on while its threads take single steps")
    command = runtime.run(lab.bundle(bundles.default), lab.new_id(runtime))
    yield lambda: count_instructions(command, runtime)


# libc copies and clears without `rep`, of which each repetition is a step.
TUNABLES = "glibc.cpu.x86_rep_movsb_threshold=1000000000:glibc.cpu.x86_rep_stosb_threshold=1000000000"


def count_instructions(command, runtime):
    with tempfile.TemporaryFile() as errors:
        answer = subprocess.run([f"{BUILD}/instructions", *command], env=runtime.environment | {"GLIBC_TUNABLES": TUNABLES},
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True)
        steps, status = map(int, answer.stdout.split()[-2:])
        if status != 0:
            raise failure(command, status, errors)
    return steps / 1e6


# Memory as a cgroup counts it: of init and of what the kernel keeps for it


@scenario("memory-init", "memory of a created container in its cgroup", "MB", share=1, place="uml")
def memory_init(lab, runtime):
    bundle, name = lab.bundle(bundles.limited, 0), lab.new_id(runtime)

    def sample():
        with container(runtime, bundle, name) as pid:
            with open(f"/proc/{pid}/cgroup") as file:
                path = file.read().strip().split("::")[-1]
            with open(f"/sys/fs/cgroup{path}/memory.peak") as file:
                return int(file.read()) / 1e6
    yield sample


@scenario("memory-limit", "smallest memory.max that a container starts with", "KiB", share=0, place="uml")
def memory_limit(lab, runtime):
    yield lambda: smallest_limit(lab, runtime)


def smallest_limit(lab, runtime):
    """To 16 KiB: by halves, between one that is too small and one that is enough."""
    low, high = 0, 64 * 1024
    while high - low > 16:
        middle = (low + high) // 2 // 16 * 16
        if starts(lab, runtime, middle):
            high = middle
        else:
            low = middle
    return high


def starts(lab, runtime, limit):
    """Three times out of three: whether the kernel finds memory to take back is a matter of luck at the edge."""
    bundle = lab.bundle(bundles.limited, limit * 1024)
    for _ in range(3):
        name = lab.new_id(runtime)
        try:
            timed(runtime.run(bundle, name), runtime)
        except Problem:
            with contextlib.suppress(Problem):
                runtime.call("delete", "--force", name)
            remove_cgroups()
            return False
    return True

