"""The bundles that are measured. Their program is as small as one can be (program.c), so that what is measured is the runtime."""
import dataclasses
import json
import os
import shutil
import subprocess

from lab import APUS, BUILD, ROOT, USER


@dataclasses.dataclass
class Bundle:
    path: str
    arguments: list
    is_default: bool = False


def default(path, program="true"):
    """What `apus spec` writes, without a terminal."""
    return write(path, specification(path), ["/bin/" + program], is_default=True)


def looking(path, script):
    """The default one with a shell in it."""
    config = specification(path)
    shutil.copy(shutil.which("busybox"), f"{path}/rootfs/bin/busybox")
    return write(path, config, ["/bin/busybox", "sh", "-c", script], is_default=True)


def cheap(path):
    """For crowds: without those namespaces of which a thousand weigh something in the kernel. It stays."""
    config = specification(path)
    kept = {"pid", "mount", "uts"}
    config["linux"]["namespaces"] = [item for item in config["linux"]["namespaces"] if item["type"] in kept]
    config["mounts"] = [mount for mount in config["mounts"] if mount["type"] in ("proc", "tmpfs")]
    del config["hostname"], config["linux"]["maskedPaths"], config["linux"]["readonlyPaths"]
    return write(path, config, ["/bin/stay"])


def mounts(path, count):
    """The default one, and so many bind mounts of a folder."""
    config = specification(path)
    for number in range(count):
        os.makedirs(f"{path}/rootfs/volumes/{number}")
        config["mounts"].append({"destination": f"/volumes/{number}", "type": "bind", "source": f"{path}/rootfs/bin",
                                 "options": ["bind", "ro", "nosuid"]})
    return write(path, config, ["/bin/stay"])


def limited(path, limit):
    """The default one with a limit of memory, in bytes; none if that is 0."""
    config = specification(path)
    if limit:
        config["linux"]["resources"]["memory"] = {"limit": limit}
    return write(path, config, ["/bin/true"])


def docker(path):
    """What Docker wrote for `docker run`, with its files in our folder, its hook a program that does nothing, and without what this
    kernel may not have: AppArmor's profile, and a weight of 0 ("not set"), for which crun wants a controller."""
    specification(path)
    with open(f"{ROOT}/conformance/engines/configs/docker-default.json") as file:
        config = json.load(file)
    config["root"]["path"] = "rootfs"
    del config["process"]["apparmorProfile"], config["linux"]["cgroupsPath"], config["linux"]["resources"]["blockIO"]
    os.makedirs(f"{path}/rootfs/etc", exist_ok=True)
    for mount in config["mounts"]:
        if mount["type"] == "bind":
            mount["source"] = f"{path}/{os.path.basename(mount['source'])}"
            for file in mount["source"], f"{path}/rootfs{mount['destination']}":
                open(file, "w").close()
    for hook in config["hooks"]["prestart"]:
        hook["path"] = f"{BUILD}/true"
    return write(path, config, ["/bin/true"])


def rootless(path):
    """What `apus spec --rootless` writes for an ordinary user, whose it is."""
    config = specification(path, "--rootless")
    for name in "uidMappings", "gidMappings":
        config["linux"][name] = [{"containerID": 0, "hostID": USER, "size": 1}]
    bundle = write(path, config, ["/bin/true"])
    for folder, _, files in os.walk(path):
        for name in [folder, *(f"{folder}/{file}" for file in files)]:
            os.chown(name, USER, USER)
    return bundle


def specification(path, *options):
    for folder in "bin", "proc", "dev", "sys", "etc":
        os.makedirs(f"{path}/rootfs/{folder}")
    for program in "true", "stay":
        shutil.copy(f"{BUILD}/{program}", f"{path}/rootfs/bin/{program}")
    subprocess.run([APUS, "spec", *options, "--bundle", path], check=True)
    with open(f"{path}/config.json") as file:
        return json.load(file)


def write(path, config, arguments, *, is_default=False):
    config["process"] |= {"args": arguments, "terminal": False}
    config["ociVersion"] = "1.0.2"  # older peers take no later one
    with open(f"{path}/config.json", "w") as file:
        json.dump(config, file)
    return Bundle(path, arguments, is_default)
