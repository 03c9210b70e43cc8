"""One container: all of its life in one command, each verb alone."""
import contextlib
import os
import shutil
import signal

import bundles
from lab import USER, container, timed, wait_for_end
from scenario import scenario


@scenario("run", "run, default bundle", floor=True)
def run(lab, runtime):
    command = runtime.run(lab.bundle(bundles.default), lab.new_id(runtime))
    yield lambda: timed(command, runtime).passed


@scenario("processor", "run, default bundle, processor time", floor=True)
def processor(lab, runtime):
    command = runtime.run(lab.bundle(bundles.default), lab.new_id(runtime))
    yield lambda: timed(command, runtime).processor


@scenario("docker-cold", "run, Docker's config, filter not compiled yet")
def docker_cold(lab, runtime):
    command = runtime.run(lab.bundle(bundles.docker), lab.new_id(runtime))

    def sample():
        shutil.rmtree(f"{runtime.root}/.cache", ignore_errors=True)
        return timed(command, runtime).passed
    yield sample


@scenario("docker-warm", "run, Docker's config, filter in the cache")
def docker_warm(lab, runtime):
    command = runtime.run(lab.bundle(bundles.docker), lab.new_id(runtime))
    yield lambda: timed(command, runtime).passed


@scenario("rootless", "run, as an ordinary user")
def rootless(lab, runtime):
    user = runtime.as_user(USER)
    command = user.run(lab.bundle(bundles.rootless), lab.new_id(runtime))
    yield lambda: timed(command, user).passed


@scenario("create", "create")
def create(lab, runtime):
    bundle, name = lab.bundle(bundles.default), lab.new_id(runtime)
    yield lambda: time_create(runtime, bundle, name)


def time_create(runtime, bundle, name):
    try:
        return runtime.time("create", "--bundle", bundle.path, name)
    finally:
        runtime.call("delete", "--force", name)


@scenario("start", "start")
def start(lab, runtime):
    bundle, name = lab.bundle(bundles.default), lab.new_id(runtime)

    def sample():
        with container(runtime, bundle, name):
            return runtime.time("start", name)
    yield sample


@scenario("kill", "kill")
def kill(lab, runtime):
    bundle, name = lab.bundle(bundles.default, "stay"), lab.new_id(runtime)

    def sample():
        with container(runtime, bundle, name, start=True) as pid:
            passed = runtime.time("kill", name, "KILL")
            wait_for_end(pid)
            return passed
    yield sample


@scenario("delete", "delete, of a stopped one")
def delete(lab, runtime):
    bundle, name = lab.bundle(bundles.default, "stay"), lab.new_id(runtime)

    def sample():
        pid_file = f"{bundle.path}/{name}.pid"
        runtime.call("create", "--bundle", bundle.path, "--pid-file", pid_file, name)
        with open(pid_file) as file:
            pid = int(file.read())
        os.kill(pid, signal.SIGKILL)
        wait_for_end(pid)
        return runtime.time("delete", name)
    yield sample


@scenario("delete-force", "delete --force, of a running one")
def delete_force(lab, runtime):
    bundle, name = lab.bundle(bundles.default, "stay"), lab.new_id(runtime)

    def sample():
        runtime.call("create", "--bundle", bundle.path, name)
        runtime.call("start", name)
        return runtime.time("delete", "--force", name)
    yield sample


@scenario("exec", "exec")
def exec_(lab, runtime):
    with running(lab, runtime) as name:
        yield lambda: runtime.time("exec", name, "/bin/true")


@scenario("version", "--version: start and end of the binary alone")
def version(lab, runtime):
    yield lambda: timed([runtime.path, "--version"], runtime).passed


@contextlib.contextmanager
def running(lab, runtime):
    name = lab.new_id(runtime)
    with container(runtime, lab.bundle(bundles.default, "stay"), name, start=True):
        yield name
