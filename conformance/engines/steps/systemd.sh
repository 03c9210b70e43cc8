# shellcheck shell=bash
# Limits, devices and the life of a unit: what docker and podman have systemd do. The engine tells `slice`, `prefix` and `E`.

units=(scope limits io_weight cpuset update start_and_stop fails_to_start pause devices own_slice stopped_by_systemd)
needs[limits]="memory cpu pids" needs[update]="memory cpu pids" needs[io_weight]='io.*weight' needs[cpuset]=cpuset
peers_lack[io_weight]="runc and crun 1.8 tell systemd of no block I/O"
if [[ $(basename "$RUNTIME") == crun ]]; then
  for name in limits update unified cpuset; do peers_lack[$name]="crun 1.8 tells systemd of no limit"; done
fi

step_scope() {
  local pid unit
  $E run -d --name c1 busybox sleep 1000
  pid=$(pid_of c1)
  unit=$(unit_of "$pid")
  same "the unit" "$prefix-$($E inspect -f '{{.Id}}' c1).scope" "$unit"
  shows "$unit" ActiveState=active SubState=running Slice="$slice" Delegate=yes Transient=yes MemoryAccounting=yes CPUAccounting=yes TasksAccounting=yes
  has "its cgroup" "^0::$(show "$unit" ControlGroup)(/container)?$" "$(cat "/proc/$pid/cgroup")"
  same "exec, in the same" "$unit" "$($E exec -d c1 sleep 999 >/dev/null && eventually pidof_exec 999 && unit_of "$(pidof_exec 999)")"
}

pidof_exec() { # pidof_exec SECONDS: of the sleep that was started by exec
  local process
  for process in /proc/[0-9]*; do
    [[ $(tr '\0' ' ' <"$process/cmdline") != "sleep $1 " ]] || { echo "${process#/proc/}" && return; }
  done 2>/dev/null
  return 1
}

# 512 shares: the conversion that was, and the one since runc 1.4.
weight() { # weight UNIT
  has "CPUWeight" '^(20|59)$' "$(show "$1" CPUWeight)"
}

step_limits() {
  local pid unit
  $E run -d --name c1 --memory 64m --memory-reservation 32m --memory-swap 96m --pids-limit 50 --cpu-shares 512 --cpus 0.5 busybox sleep 1000
  pid=$(pid_of c1)
  unit=$(unit_of "$pid")
  shows "$unit" MemoryMax=67108864 MemoryLow=33554432 MemorySwapMax=33554432 TasksMax=50 CPUQuotaPerSecUSec=500ms
  weight "$unit"
  kernel_has "$pid" memory.max=67108864 memory.low=33554432 memory.swap.max=33554432 pids.max=50 "cpu.max=50000 100000" \
    cpu.weight="$(show "$unit" CPUWeight)"
  manager daemon-reload
  kernel_has "$pid" memory.max=67108864 memory.low=33554432 memory.swap.max=33554432 pids.max=50 "cpu.max=50000 100000" \
    cpu.weight="$(show "$unit" CPUWeight)"
}

step_io_weight() {
  local pid unit
  $E run -d --name c1 --blkio-weight 300 busybox sleep 1000
  pid=$(pid_of c1)
  unit=$(unit_of "$pid")
  # 1 + (300 - 10) * 9999 / 990
  has "IOWeight" '^(2929|2930)$' "$(show "$unit" IOWeight)"
}

step_cpuset() {
  local pid unit
  $E run -d --name c1 --cpuset-cpus 0 --cpuset-mems 0 busybox sleep 1000
  pid=$(pid_of c1)
  unit=$(unit_of "$pid")
  shows "$unit" AllowedCPUs=0 AllowedMemoryNodes=0
  kernel_has "$pid" cpuset.cpus=0 cpuset.mems=0
}

step_update() {
  local pid unit
  $E run -d --name c1 --memory 64m --memory-swap 96m --pids-limit 50 --cpus 0.5 busybox sleep 1000
  pid=$(pid_of c1)
  unit=$(unit_of "$pid")
  # podman 4.3 updates no pids limit.
  local tasks=50
  [[ $E != docker ]] || tasks=33
  $E update --memory 32m --memory-swap 64m $([[ $E != docker ]] || echo --pids-limit 33) --cpus 0.2 c1
  for _ in once "after a reload"; do
    shows "$unit" MemoryMax=33554432 MemorySwapMax=33554432 TasksMax=$tasks CPUQuotaPerSecUSec=200ms
    kernel_has "$pid" memory.max=33554432 memory.swap.max=33554432 pids.max=$tasks "cpu.max=20000 100000"
    manager daemon-reload
  done
}

step_start_and_stop() {
  local unit
  $E run -d --name c1 busybox sleep 1000
  unit=$(unit_of "$(pid_of c1)")
  $E stop -t 0 c1
  eventually gone_unit "$unit"
  same "its cgroup" "" "$(find /sys/fs/cgroup -name "$unit")"
  $E start c1
  same "the unit, again" "$unit" "$(unit_of "$(pid_of c1)")"
  shows "$unit" ActiveState=active
  $E kill c1
  eventually gone_unit "$unit"
  $E rm c1
  same "five at once, ended" 0 "$(for i in 1 2 3 4 5; do $E run --rm busybox true || echo "run $i" & done | wc -l)"
}

step_fails_to_start() {
  refused 127 'not found|no such file' $E run --name c1 busybox /no/such
  # conmon has a scope of its own, which ends a little later.
  same "units" "" "$(manager list-units --all --plain --no-legend "$prefix-*.scope" | grep -v conmon)"
  $E rm c1
  same "and again" well "$($E run --rm --name c1 busybox echo well)"
}

step_pause() {
  local pid
  $E run -d --name c1 busybox sleep 1000
  pid=$(pid_of c1)
  $E pause c1
  has "frozen" 'frozen 1' "$(cat "/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$pid/cgroup")/cgroup.events")"
  manager daemon-reload
  has "frozen" 'frozen 1' "$(cat "/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$pid/cgroup")/cgroup.events")"
  $E unpause c1
  same "exec" well "$($E exec c1 echo well)"
}

may_open() { # may_open PATH
  $E exec c1 sh -c ': <'"$1" 2>&1
}

step_devices() {
  local unit
  $E run -d --name c1 --cap-add MKNOD --cap-add SYSLOG --cap-add SYS_RAWIO --device /dev/kmsg:/dev/allowed busybox sleep 1000
  unit=$(unit_of "$(pid_of c1)")
  # The node is nothing; the right to open it is.
  $E exec c1 mknod /dev/other c 1 1
  for after in nothing daemon-reload set-property; do
    [[ $after != daemon-reload ]] || manager daemon-reload
    [[ $after != set-property ]] || manager set-property --runtime "$unit" TasksMax=1000
    may_open /dev/allowed || fail "after $after: the device is lost"
    may_open /dev/null || fail "after $after: /dev/null is lost"
    refused any 'not permitted' may_open /dev/other
  done
  [[ $(basename "$RUNTIME") == crun ]] || has "DeviceAllow" '/dev/char/1:11' "$(show "$unit" DeviceAllow)"
}

step_own_slice() {
  local pid
  $E run -d --name c1 --cgroup-parent walk-it.slice busybox sleep 1000
  pid=$(pid_of c1)
  has "its cgroup" "^0::/walk.slice/walk-it.slice/$prefix-" "$(cat "/proc/$pid/cgroup")"
  shows "$(unit_of "$pid")" Slice=walk-it.slice
}

step_stopped_by_systemd() {
  local unit
  $E run -d --name c1 busybox sh -c 'trap "exit 7" TERM; while :; do sleep 0.2; done'
  unit=$(unit_of "$(pid_of c1)")
  manager stop "$unit"
  eventually sh -c "[ \$($E inspect -f '{{.State.Status}}' c1) = exited ]"
  same "its status" 7 "$($E inspect -f '{{.State.ExitCode}}' c1)"
}
