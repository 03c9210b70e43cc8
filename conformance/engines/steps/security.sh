# shellcheck shell=bash
# Rights of the process.

security=(user capabilities seccomp_file seccomp_unconfined no_new_privileges sysctl_ulimit_hostname privileged)

of_process() { # of_process FIELD [OPTION...]: that line of /proc/self/status in a container
  local field=$1
  shift
  $E run --rm "$@" busybox sed -n "s/^$field:[[:space:]]*//p" /proc/self/status
}

step_user() {
  same "numbers" "7 8 8 9" "$($E run --rm -u 7:8 --group-add 9 busybox sh -c 'echo $(id -u) $(id -g) $(id -G)')"
  same "a name" nobody "$($E run --rm -u nobody busybox id -un)"
  refused 1 'permission denied' $E run --rm -u 7:8 busybox touch /file
}

step_capabilities() {
  same "none" 0000000000000000 "$(of_process CapEff --cap-drop ALL)"
  same "one" 0000000000001000 "$(of_process CapEff --cap-drop ALL --cap-add NET_ADMIN)"
  same "one, of the bounding set" 0000000000001000 "$(of_process CapBnd --cap-drop ALL --cap-add NET_ADMIN)"
  refused 1 'not permitted' $E run --rm --cap-drop CHOWN busybox chown 1:1 /text
  $E run --rm busybox chown 1:1 /text
}

step_seccomp_file() {
  cat >/run/walk/seccomp.json <<'END'
{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
 "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]}
END
  refused 1 'not permitted' $E run --rm --security-opt seccomp=/run/walk/seccomp.json busybox mkdir /new
  $E run --rm --security-opt seccomp=/run/walk/seccomp.json busybox touch /new
  $E run -d --name c1 --security-opt seccomp=/run/walk/seccomp.json busybox sleep 1000
  refused 1 'not permitted' $E exec c1 mkdir /new
}

step_seccomp_unconfined() {
  same "by default" 2 "$(of_process Seccomp)"
  same "unconfined" 0 "$(of_process Seccomp --security-opt seccomp=unconfined)"
  # What Docker's own filter forbids, and podman's does not.
  [[ $E == podman ]] || refused any 'not permitted' $E run --rm busybox unshare -U true
}

step_no_new_privileges() {
  same "by default" 0 "$(of_process NoNewPrivs)"
  same "asked for" 1 "$(of_process NoNewPrivs --security-opt no-new-privileges)"
}

step_sysctl_ulimit_hostname() {
  same sysctl 7 "$($E run --rm --sysctl net.ipv4.ip_default_ttl=7 busybox cat /proc/sys/net/ipv4/ip_default_ttl)"
  same ulimit "99" "$($E run --rm --ulimit nofile=99:99 --ulimit nproc=500:500 busybox sh -c 'ulimit -n')"
  same hostname here "$($E run --rm --hostname here busybox hostname)"
  same oom_score_adj 500 "$($E run --rm --oom-score-adj 500 busybox cat /proc/self/oom_score_adj)"
}

step_privileged() {
  local has
  has=$(of_process CapEff --privileged)
  # Engines know the capabilities of their day, the kernel may have more.
  [[ $((0x$has >> 21 & 1)) == 1 && $((0x$has & ~0x$(status_of $$ CapBnd))) == 0 ]] || fail "capabilities $has"
  same "no filter" 0 "$(of_process Seccomp --privileged)"
  $E run --rm --privileged busybox sh -c 'mkdir /m && mount -t tmpfs x /m && test -e /dev/kmsg'
}
