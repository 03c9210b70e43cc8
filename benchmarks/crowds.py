"""Many at once: starts side by side, mounts, and containers that are there already."""
import ctypes
import os
import subprocess

import bundles
from lab import Problem, timed
from lives import running, time_create
from scenario import scenario

libc = ctypes.CDLL(None, use_errno=True)
MS_BIND = 4096


def declare_parallel(at_once, total):
    @scenario(f"parallel-{at_once}", f"run, {at_once} at once", "containers/s", floor=True, share=0.1, more_is_better=True)
    def parallel(lab, runtime):
        command = runtime.run(lab.bundle(bundles.default), lab.new_id(runtime) + "-%")
        options = ["-p", str(at_once), "-t", str(total)]
        yield lambda: total / timed(command, runtime, *options).passed * 1000


for at_once in 1, 2, 8, 64:
    declare_parallel(at_once, max(32, 2 * at_once))


def declare_mounts(count):
    @scenario(f"mounts-{count}", f"create, {count:,} bind mounts", share=0.2)
    def mounts(lab, runtime):
        bundle, name = lab.bundle(bundles.mounts, count), lab.new_id(runtime)
        yield lambda: time_create(runtime, bundle, name)


for count in 10, 100, 1000:
    declare_mounts(count)


def declare_crowd(count):
    @scenario(f"list-{count}", f"list, of {count:,}", share=0.3)
    def list_(lab, runtime):
        grow_crowd(lab, runtime, count)
        yield lambda: runtime.time("list")

    @scenario(f"state-{count}", f"state, beside {count:,} others", share=0.3)
    def state(lab, runtime):
        grow_crowd(lab, runtime, count)
        with running(lab, runtime) as name:
            yield lambda: runtime.time("state", name)


for count in 0, 100, 1000:
    declare_crowd(count)


@scenario("create-crowd", "create, beside 1,000 containers and 5,000 mounts", share=0.2)
def create_crowd(lab, runtime):
    grow_crowd(lab, runtime, 1000)
    make_mounts(lab, 5000)
    bundle, name = lab.bundle(bundles.default), lab.new_id(runtime)
    yield lambda: time_create(runtime, bundle, name)


def grow_crowd(lab, runtime, count):
    """Until there are so many created containers of this runtime; they stay to the end of the lab."""
    there = lab.crowds.setdefault(runtime.name, 0)
    if there > count:
        raise Problem(f"there are {there} containers already: measure what wants fewer before")
    if there < count:
        if there == 0:
            lab.at_end.callback(remove_crowd, lab, runtime)
        bundle = lab.bundle(bundles.cheap)
        name = f"crowd{os.getpid()}-{runtime.name}-{count}-%"
        lab.crowd_names.append((runtime.name, name, count - there))
        lab.crowds[runtime.name] = count
        timed(runtime.command("create", "--bundle", bundle.path, name), runtime, "-p", "2", "-t", str(count - there))


def remove_crowd(lab, runtime):
    for owner, name, count in lab.crowd_names:
        if owner == runtime.name:
            timed(runtime.command("delete", "--force", name), runtime, "-p", "2", "-t", str(count))


def make_mounts(lab, count):
    """In this mount namespace, which is our own: bind mounts of a folder on itself's neighbours."""
    top = f"{lab.folder}/mounts"
    if os.path.exists(top):
        return
    os.mkdir(top)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", top], check=True)
    lab.at_end.callback(subprocess.run, ["umount", "--lazy", top], check=True)
    os.mkdir(f"{top}/source")
    for number in range(count):
        os.mkdir(f"{top}/{number}")
        if libc.mount(f"{top}/source".encode(), f"{top}/{number}".encode(), None, MS_BIND, None) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
