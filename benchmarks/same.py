"""Is the floor's container that of apus? Else a comparison with it would lie.

A shell in each says what it sees; and a process of ours, in the container's cgroup, tries which devices of the host it may open."""
import json
import os
import re
import subprocess

import bundles

LOOK = r"""
mountpoint() { while read -r id parent device root point options rest; do echo "mount $root $point $options $rest"; done; }
mountpoint </proc/self/mountinfo
sed -n '/^\(Uid\|Gid\|Groups\|Cap.*\|NoNewPrivs\|Seccomp\|Umask\|Sig[BIC].*\):/p' /proc/self/status
sed 's/^/limit /' /proc/self/limits
for file in /dev/* /dev/pts/* /dev/shm /dev/mqueue; do echo "$file $(stat -c '%A %t:%T %u:%g' $file) $(readlink $file)"; done
for kind in cgroup ipc mnt net pid time user uts; do echo "namespace $kind $(readlink /proc/self/ns/$kind)"; done
for path in $MASKED; do
  [ ! -e $path ] || echo "masked $path $(ls -A $path 2>/dev/null | wc -l) $(head -c 1 $path 2>/dev/null | wc -c)"
done
echo "pid $$, in $(pwd), host $(hostname), lo $(cat /sys/class/net/lo/flags), cgroup $(cat /proc/self/cgroup), oom $(cat /proc/self/oom_score_adj)"
env | sort
echo end
read -r word
"""
# Device nodes of the host; where one is not there, it is there for nobody.
DEVICES = "/dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty /dev/ptmx /dev/net/tun /dev/kmsg /dev/mem /dev/loop0 /dev/vda /dev/fuse"


def differences(lab, apus, floor):
    """Lines that only one of the two containers has to say; none if they are the same."""
    bundle = lab.bundle(bundles.looking, LOOK.replace("$MASKED", masked_paths(lab)))
    seen = [look(runtime, bundle, lab.new_id(runtime)) for runtime in (apus, floor)]
    for text, runtime in zip(seen, (apus, floor)):
        if len(text) < 60:
            raise AssertionError(f"{runtime.name}'s container says next to nothing: {text}")
    return [f"{name} only: {line}" for name, mine, other in (("apus", *seen), ("floor", *reversed(seen)))
            for line in mine if line not in other]


def masked_paths(lab):
    with open(f"{lab.bundle(bundles.default).path}/config.json") as file:
        return " ".join(json.load(file)["linux"]["maskedPaths"])


def look(runtime, bundle, name):
    command = runtime.run(bundle, name)
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=runtime.environment)
    try:
        lines = []
        for line in process.stdout:
            if line == "end\n":
                break
            lines.append(comparable(line.strip()))
        return sorted(lines) + openable_devices(f"/sys/fs/cgroup/{name}")
    finally:
        process.communicate("\n")


def comparable(line):
    """Without numbers that are another container's for being another's, and with namespaces told from ours."""
    line = re.sub(r"(shared|master|propagate_from):\d+", r"\1", line)
    if found := re.match(r"namespace (\w+) (\S+)", line):
        return f"namespace {found[1]} {'ours' if os.readlink(f'/proc/self/ns/{found[1]}') == found[2] else 'new'}"
    return line


def openable_devices(cgroup):
    script = f"""echo $$ >{cgroup}/cgroup.procs || exit 1
for device in {DEVICES}; do if (: <$device) 2>/dev/null; then echo "opens $device"; else echo "does not open $device"; fi; done"""
    answer = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    return answer.stdout.splitlines()
