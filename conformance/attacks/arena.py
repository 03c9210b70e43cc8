"""What `racer` and `sweep` share: a bundle, a place of the host that nothing may change, and entries that are exchanged.

Everything lies in a directory made for it. The sentinels are the only things of the host that an attack aims at.
"""
import json
import os
import pty
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.realpath(__file__))
APUS = os.environ.get("APUS", f"{os.path.dirname(os.path.dirname(HERE))}/build/apus")
SECONDS = 20  # for one run of the runtime: nothing may hang
CAPABILITIES = ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_KILL", "CAP_SETGID", "CAP_SETUID"]  # less than a default of Docker's
# What the container's program tries: to read what is masked, to write to all it finds. No word of "secret" may come out.
PROGRAM = """
cat /masked/file /masked/dir/file 2>&1; echo "HOME $HOME"; echo "CWD $(pwd)"
for file in /masked/file /masked/dir/new /frozen/file /frozen/new ./new /dev/console /dev/null /data/*/* /nodes/*/*; do
  [ -e $file ] && echo overwritten > $file
done 2>/dev/null
exit 0
"""


class Target:
    """One pair of entries to exchange, and the config that makes a runtime go there.

    `entry` is what the image or the volume has, below the arena's directory; `link` is where the symbolic link in its place
    leads to, below the sentinels.
    """

    def __init__(self, name, entry, link, change, kind="run", terminal=False):
        self.name, self.entry, self.link, self.change, self.kind, self.terminal = name, entry, link, change, kind, terminal


def bind(source, destination, *options):
    return {"destination": destination, "type": "bind", "source": source, "options": ["bind", *options]}


def without(config, *destinations):
    config["mounts"] = [mount for mount in config["mounts"] if mount["destination"] not in destinations]


def mounts(config, arena):
    """A volume that another container shares, with mount points some levels deep, missing and not."""
    config["mounts"] += [
        bind(f"{arena.path}/volume", "/data"), bind(f"{arena.path}/source", "/data/dir/bound/deep/down"),
        bind(f"{arena.path}/source/file", "/data/dir/bound-file"),
        {"destination": "/data/dir/scratch", "type": "tmpfs", "source": "tmpfs", "options": ["ro"]},
        {"destination": "/data/dir/classic", "type": "tmpfs", "source": "tmpfs", "options": ["silent", "nosuid"]},
    ]


def no_dev(config, arena):
    without(config, "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue")


def null(config, arena):
    """/dev/null of a volume that is bound to /dev: what masked paths are covered with."""
    no_dev(config, arena)
    config["mounts"].append(bind(f"{arena.path}/devices", "/dev"))


def console(config, arena):
    no_dev(config, arena)
    config["mounts"].append({"destination": "/dev/pts", "type": "devpts", "source": "devpts", "options": ["newinstance"]})
    config["process"]["terminal"] = True


def protected(config, arena):
    config["linux"]["readonlyPaths"] += ["/frozen", "/frozen/file"]


def working_directory(config, arena):
    config["process"]["cwd"] = "/work/deep/down"


def device(config, arena):
    config["linux"]["devices"] = [
        {"path": "/nodes/deep/down/null", "type": "c", "major": 1, "minor": 3, "fileMode": 0o666, "uid": 1000, "gid": 1000}
    ]


def nothing(config, arena):
    pass


TARGETS = [
    Target("mounts", "volume/dir", "dir", mounts),
    Target("dev", "rootfs/dev", "dir", no_dev),
    Target("null", "devices/null", "file", null),
    Target("console", "rootfs/dev/console", "file", console, terminal=True),
    Target("pts", "rootfs/dev/pts", "dir", console, terminal=True),
    Target("proc", "rootfs/proc", "dir", nothing),
    Target("sys", "rootfs/sys", "dir", nothing),
    Target("masked", "rootfs/masked", "dir", protected),
    Target("frozen", "rootfs/frozen", "dir", protected),
    Target("cwd", "rootfs/work", "dir", working_directory),
    Target("device", "rootfs/nodes", "dir", device),
    Target("etc", "rootfs/etc", "dir", nothing),
    Target("exec-cwd", "rootfs/work", "dir", working_directory, kind="exec"),
    Target("exec-etc", "rootfs/etc", "dir", nothing, kind="exec"),
]


class Arena:
    def __init__(self, path, runtime, target):
        self.path, self.runtime, self.target = path, runtime, target
        self.entry = f"{path}/{target.entry}"
        self.beside = f"{self.entry}-link"  # the link that takes its place
        self.rounds = 0
        self.outcomes = {}
        os.makedirs(path)
        os.chmod(path, 0o755)
        self.make_sentinels()
        subprocess.run([APUS, "spec", "--bundle", path], check=True)
        with open(f"{path}/config.json") as file:
            self.usual = file.read()
        self.tools = {name: self.compile(name) for name in ("exchange", "stop")}
        self.before = self.snapshot()

    def compile(self, name):
        tool = f"{self.path}/{name}"
        subprocess.run(["cc", "-O1", "-o", tool, f"{HERE}/{name}.c"], check=True)
        return tool

    # The host

    def make_sentinels(self):
        """Names that runtimes make or remove; contents that would show in a container."""
        for folder in "dir", "dir/deep", "dir/self", "dir/sys":
            os.makedirs(f"{self.path}/sentinels/{folder}")
        for name in "file", "dir/file", "dir/null", "dir/ptmx", "dir/console", "dir/deep/file":
            with open(f"{self.path}/sentinels/{name}", "w") as file:
                file.write("secret of the host\n")
        with open(f"{self.path}/sentinels/dir/passwd", "w") as file:
            file.write("root:x:0:0::/secret-home:/bin/sh\n")
        self.links = {"dir": f"{self.path}/sentinels/dir", "file": f"{self.path}/sentinels/file"}

    def snapshot(self):
        things = {}
        for folder, folders, files in os.walk(f"{self.path}/sentinels"):
            for name in [".", *folders, *files]:
                path = os.path.join(folder, name)
                status = os.lstat(path)
                content = None
                if stat.S_ISREG(status.st_mode):
                    with open(path) as file:
                        content = file.read()
                things[path] = (status.st_ino, status.st_mode, status.st_uid, status.st_gid, status.st_nlink, status.st_rdev,
                                status.st_mtime_ns, content)
        with open("/proc/self/mountinfo") as file:
            things["mounts"] = sorted(line for line in file if self.path in line)
        with open("/proc/sys/kernel/core_pattern") as file:
            things["core_pattern"] = file.read()
        status = os.stat(self.runtime)
        things["runtime"] = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_mode)
        return things

    def changes(self):
        """What is not as it was; put right again, so that the next round is told by itself."""
        after = self.snapshot()
        changed = sorted(name for name in self.before.keys() | after.keys() if self.before.get(name) != after.get(name))
        if changed:
            for mount in reversed([line.split()[4] for line in after["mounts"] if line not in self.before["mounts"]]):
                subprocess.run(["umount", "-l", mount], check=False)
            shutil.rmtree(f"{self.path}/sentinels")
            self.make_sentinels()
            self.before = self.snapshot()
        return [name.removeprefix(f"{self.path}/") for name in changed]

    # The bundle

    def prepare(self):
        """A fresh image, volume and config; the link that will take the place of the entry stands beside it."""
        for name in "rootfs", "volume", "devices", "source":
            shutil.rmtree(f"{self.path}/{name}", ignore_errors=True)
        for name in ("rootfs/bin", "rootfs/dev/pts", "rootfs/proc", "rootfs/sys", "rootfs/etc", "rootfs/masked/dir", "rootfs/frozen",
                     "rootfs/work", "rootfs/nodes", "rootfs/data", "volume/dir", "devices/pts", "devices/shm", "devices/mqueue", "source"):
            os.makedirs(f"{self.path}/{name}")
        for name in "rootfs/masked/file", "rootfs/masked/dir/file":
            with open(f"{self.path}/{name}", "w") as file:
                file.write("secret of the image\n")
        for name in "rootfs/frozen/file", "rootfs/dev/console", "source/file":
            open(f"{self.path}/{name}", "w").close()
        with open(f"{self.path}/rootfs/etc/passwd", "w") as file:
            file.write("root:x:0:0::/root:/bin/sh\n")
        busybox = shutil.which("busybox")
        if not os.path.exists(f"{self.path}/busybox"):
            shutil.copy(busybox, f"{self.path}/busybox")
        os.link(f"{self.path}/busybox", f"{self.path}/rootfs/bin/busybox")
        for applet in "sh", "cat", "pwd", "sleep", "true":
            os.symlink("busybox", f"{self.path}/rootfs/bin/{applet}")
        for name, minor in ("null", 3), ("zero", 5), ("full", 7), ("random", 8), ("urandom", 9):
            os.mknod(f"{self.path}/devices/{name}", stat.S_IFCHR | 0o666, os.makedev(1, minor))
        os.symlink(self.links[self.target.link], self.beside)
        with open(f"{self.path}/config.json", "w") as file:
            json.dump(self.config(), file)

    def config(self):
        config = json.loads(self.usual)
        config["ociVersion"] = "1.0.2"  # older peers take no later one
        config["process"] |= {"terminal": False, "env": ["PATH=/bin"]}
        config["process"]["args"] = ["sh", "-c", PROGRAM]
        config["process"]["capabilities"] = {name: CAPABILITIES for name in ("bounding", "effective", "permitted")}
        config["root"] = {"path": f"{self.path}/rootfs"}
        config["linux"]["maskedPaths"] += ["/masked/file", "/masked/dir"]
        if self.target.kind == "exec":
            config["process"]["args"] = ["sleep", "1000"]
        self.target.change(config, self)
        return config

    # One round

    def command(self, *words):
        return [self.runtime, "--root", f"{self.path}/state", *words]

    def round(self, wrapper=(), meanwhile=None):
        """The runtime at work, under `wrapper`; what went wrong for the host."""
        self.prepare()
        name = os.environ.get("ATTACKS_NAME", f"attack-{os.getpid()}")
        try:
            command = self.command("run", "--bundle", self.path, name)
            if self.target.kind == "exec":
                self.call(self.command("create", "--bundle", self.path, name), check=True)
                self.call(self.command("start", name), check=True)
                command = self.command("exec", "--cwd", "/work/deep/down" if "cwd" in self.target.name else "/", name, "sh", "-c", PROGRAM)
            if meanwhile:
                meanwhile()
            status, output = self.call([*wrapper, *command])
        finally:
            if os.path.isdir(f"{self.path}/state/{name}"):
                self.call(self.command("delete", "--force", name))
        self.rounds += 1
        said = "the container ran" if status == 0 else self.short(output)
        self.outcomes[said] = self.outcomes.get(said, 0) + 1
        harm = self.changes()
        # What lies in files that others exchange they can uncover; but no mask may fail for another reason.
        if "secret of the host" in output or ("secret" in output and self.target.name != "masked"):
            harm.append(f"the container says {output!r}")
        if status not in (0, 1, 2, 125, 126, 127, 137, 255) or "atal error" in output or (status != 0 and not output.strip()):
            harm.append(f"status {status}: {output!r}")
        return harm

    def short(self, output):
        line = (output.strip().split("\n") or [""])[-1]
        return line.replace(self.path, "").split("level=error msg=")[-1][:160]

    def call(self, command, check=False):
        """Runs it to its end, with a terminal if the container has one; status and all that it said."""
        if self.target.terminal:
            master, slave = pty.openpty()
            process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
            os.close(slave)
            output = []
            reader = threading.Thread(target=drain, args=(master, output))
            reader.start()
            status = wait(process)
            reader.join(SECONDS)
            os.close(master)
            return status, "".join(output)
        with open(f"{self.path}/output", "w+") as file:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
            status = wait(process)
            file.seek(0)
            output = file.read()
        if check and status != 0:
            sys.exit(f"{' '.join(command)}: {output}")
        return status, output

    def remove(self):
        shutil.rmtree(self.path)


def drain(master, output):
    while True:
        try:
            text = os.read(master, 4096)
        except OSError:  # EIO: nobody at the other end any more
            return
        if not text:
            return
        output.append(text.decode(errors="replace"))


def wait(process):
    try:
        return process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return "hung"


def choose(names):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing is left behind then either
    unknown = set(names) - {target.name for target in TARGETS}
    if unknown:
        sys.exit(f"no such target: {', '.join(unknown)}; there are {', '.join(target.name for target in TARGETS)}")
    return [target for target in TARGETS if not names or target.name in names]


def folder(name):
    return f"{os.environ.get('ATTACKS_DIRECTORY', '/tmp')}/apus-attacks.{name}.{os.getpid()}"


def conclude(rounds, harmed, started):
    print(f"{rounds} rounds, {harmed} changed something, {time.monotonic() - started:.0f} s")
    sys.exit(1 if harmed else 0)
