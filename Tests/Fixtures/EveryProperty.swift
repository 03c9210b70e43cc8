/// A config.json that sets every property of the runtime-spec 1.3 for Linux, each to a value that is not its default.
package let everyProperty = #"""
  {
    "ociVersion": "1.3.0",
    "root": {"path": "rootfs", "readonly": true},
    "hostname": "box", "domainname": "example.org",
    "mounts": [
      {"destination": "/proc", "type": "proc", "source": "proc"},
      {
        "destination": "/data", "type": "none", "source": "/srv/data", "options": ["rbind", "idmap", "nosuid"],
        "uidMappings": [{"containerID": 0, "hostID": 100000, "size": 65536}],
        "gidMappings": [{"containerID": 1, "hostID": 100001, "size": 65535}]
      }
    ],
    "process": {
      "terminal": true, "consoleSize": {"height": 25, "width": 80}, "cwd": "/work", "env": ["PATH=/bin", "TERM=xterm"],
      "args": ["sh", "-c", "echo hi"], "commandLine": "ignored",
      "user": {"uid": 1, "gid": 2, "umask": 63, "additionalGids": [5, 6], "username": "ignored"},
      "capabilities": {
        "bounding": ["CAP_KILL"], "effective": ["CAP_CHOWN"], "inheritable": ["CAP_FOWNER"], "permitted": ["CAP_MKNOD"],
        "ambient": ["CAP_SYS_CHROOT"]
      },
      "rlimits": [{"type": "RLIMIT_CORE", "soft": 10, "hard": 18446744073709551615}],
      "noNewPrivileges": true, "apparmorProfile": "acme", "selinuxLabel": "system_u:system_r:svirt_lxc_net_t:s0",
      "oomScoreAdj": -100,
      "scheduler": {
        "policy": "SCHED_DEADLINE", "nice": 1, "priority": 2, "flags": ["SCHED_FLAG_RESET_ON_FORK"], "runtime": 2000,
        "deadline": 3000, "period": 4000
      },
      "ioPriority": {"class": "IOPRIO_CLASS_IDLE", "priority": 4},
      "execCPUAffinity": {"initial": "7", "final": "0-3,7"}
    },
    "hooks": {
      "prestart": [{"path": "/a", "args": ["a", "b"], "env": ["K=v"], "timeout": 30}],
      "createRuntime": [{"path": "/b", "args": ["a", "b"], "env": ["K=v"], "timeout": 30}],
      "createContainer": [{"path": "/c", "args": ["a", "b"], "env": ["K=v"], "timeout": 30}],
      "startContainer": [{"path": "/d", "args": ["a", "b"], "env": ["K=v"], "timeout": 30}],
      "poststart": [{"path": "/e", "args": ["a", "b"], "env": ["K=v"], "timeout": 30}],
      "poststop": [{"path": "/f", "args": ["a", "b"], "env": [], "timeout": 30}]
    },
    "annotations": {"com.example.key": "value", "com.example.empty": ""},
    "linux": {
      "namespaces": [
        {"type": "pid", "path": "/proc/1/ns/pid"}, {"type": "network", "path": ""}, {"type": "mount"}, {"type": "ipc"},
        {"type": "uts"}, {"type": "user"}, {"type": "cgroup"}, {"type": "time"}
      ],
      "uidMappings": [{"containerID": 0, "hostID": 1000, "size": 32000}],
      "gidMappings": [{"containerID": 0, "hostID": 2000, "size": 42000}],
      "timeOffsets": {"monotonic": {"secs": -172800, "nanosecs": 5}, "boottime": {"secs": 604800, "nanosecs": 6}},
      "devices": [
        {"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 438, "uid": 3, "gid": 4},
        {"path": "/run/pipe", "type": "p", "fileMode": 4544}
      ],
      "netDevices": {"eth0": {"name": "container_eth0"}, "ens4": {}},
      "cgroupsPath": "/myRuntime/myContainer",
      "resources": {
        "devices": [{"allow": true, "type": "c", "major": 10, "minor": -1, "access": "rw"}],
        "memory": {
          "limit": 536870912, "reservation": 268435456, "swap": 1073741824, "kernel": -1, "kernelTCP": 7, "swappiness": 60,
          "disableOOMKiller": true, "useHierarchy": true, "checkBeforeUpdate": true
        },
        "cpu": {
          "shares": 1024, "quota": 1000000, "burst": 500000, "period": 500000, "realtimeRuntime": 950000,
          "realtimePeriod": 1000000, "cpus": "2-3", "mems": "0-7", "idle": 1
        },
        "pids": {"limit": 32771},
        "blockIO": {
          "weight": 11, "leafWeight": 12, "weightDevice": [{"major": 8, "minor": 16, "weight": 500, "leafWeight": 300}],
          "throttleReadBpsDevice": [{"major": 8, "minor": 1, "rate": 601}],
          "throttleWriteBpsDevice": [{"major": 8, "minor": 2, "rate": 602}],
          "throttleReadIOPSDevice": [{"major": 8, "minor": 3, "rate": 603}],
          "throttleWriteIOPSDevice": [{"major": 8, "minor": 4, "rate": 18446744073709551615}]
        },
        "hugepageLimits": [{"pageSize": "2MB", "limit": 209715200}],
        "network": {"classID": 1048577, "priorities": [{"name": "eth0", "priority": 500}]},
        "rdma": {"mlx5_1": {"hcaHandles": 3, "hcaObjects": 10000}},
        "unified": {"io.max": "259:0 rbps=2097152 wiops=120", "hugetlb.1GB.max": "1073741824"}
      },
      "intelRdt": {
        "closID": "guaranteed", "schemata": ["L3:0=7f0;1=1f"], "l3CacheSchema": "L3:0=7f0", "memBwSchema": "MB:0=70;1=20",
        "enableMonitoring": true
      },
      "memoryPolicy": {"mode": "MPOL_INTERLEAVE", "nodes": "0-3,7", "flags": ["MPOL_F_STATIC_NODES"]},
      "sysctl": {"net.ipv4.ip_forward": "1", "net/core/somaxconn": "256"},
      "seccomp": {
        "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_RISCV64"],
        "flags": ["SECCOMP_FILTER_FLAG_LOG"], "listenerPath": "/run/agent.sock", "listenerMetadata": "meta",
        "syscalls": [
          {
            "names": ["personality", "clone"], "action": "SCMP_ACT_TRACE", "errnoRet": 1,
            "args": [{"index": 1, "value": 18446744073709551615, "valueTwo": 2114060288, "op": "SCMP_CMP_MASKED_EQ"}]
          }
        ]
      },
      "rootfsPropagation": "rslave", "maskedPaths": ["/proc/kcore"], "readonlyPaths": ["/proc/sys"],
      "mountLabel": "system_u:object_r:svirt_sandbox_file_t:s0",
      "personality": {"domain": "LINUX32", "flags": ["A"]}
    },
    "windows": {"layerFolders": 7}, "solaris": [], "vm": 1, "zos": "",
    "freebsd": null, "unknownProperty": {"a": [1.5]}
  }
  """#
