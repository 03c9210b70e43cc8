# shellcheck shell=bash
# Limits, as the container and the engine see them.

limits=(memory cpus pids_limit update oom_kill oom_kill_of_child stats)
needs[memory]=memory needs[cpus]=cpu needs[pids_limit]=pids needs[update]="memory cpu pids"
needs[oom_kill]=memory needs[oom_kill_of_child]=memory needs[stats]="memory cpu"

of_cgroup() { # of_cgroup CONTAINER FILE
  $E exec "$1" cat "/sys/fs/cgroup/$2"
}

step_memory() {
  $E run -d --name c1 --memory 64m --memory-swap 96m --memory-reservation 32m busybox sleep 1000
  same memory.max 67108864 "$(of_cgroup c1 memory.max)"
  same memory.swap.max 33554432 "$(of_cgroup c1 memory.swap.max)"
  same memory.low 33554432 "$(of_cgroup c1 memory.low)"
}

step_cpus() {
  $E run -d --name c1 --cpus 0.5 --cpu-shares 512 busybox sleep 1000
  same cpu.max "50000 100000" "$(of_cgroup c1 cpu.max)"
  has cpu.weight '^(20|59)$' "$(of_cgroup c1 cpu.weight)" # the conversion that was, and the one since runc 1.4
}

step_pids_limit() {
  $E run -d --name c1 --pids-limit 20 busybox sleep 1000
  same pids.max 20 "$(of_cgroup c1 pids.max)"
  has "thirty processes" "can't fork" "$($E exec c1 sh -c 'i=0; while [ $i -lt 30 ]; do sleep 3 & i=$((i+1)); done' 2>&1 || true)"
}

step_update() {
  local more=()
  [[ $E == podman ]] || more=(--pids-limit 30) # podman 4.3 updates all but this
  $E run -d --name c1 --memory 64m --memory-swap 64m --cpus 0.5 --pids-limit 20 busybox sleep 1000
  $E update --memory 128m --memory-swap 256m --cpus 0.75 "${more[@]}" c1
  same "after update" "134217728 134217728 75000 100000 ${more[1]:-20}" \
    "$(echo "$(of_cgroup c1 memory.max)" "$(of_cgroup c1 memory.swap.max)" "$(of_cgroup c1 cpu.max)" "$(of_cgroup c1 pids.max)")"
}

step_oom_kill() {
  # Not at once: engines watch a container for this from after its start on. And not the first process: containerd 1.6 may tell
  # of its end before it tells of the kill, which docker has then no use for.
  mkdir -p /run/walk/killed /run/walk/well
  cd /run/walk/killed
  refused 137 '' $E run --name c1 --memory 16m --memory-swap 16m busybox sh -c 'sleep 3; tail /dev/zero; s=$?; sleep 3; exit $s'
  cd /run/walk/well
  $E run --name c2 --memory 16m busybox true
  same "status of both" "137 0" "$($E inspect -f '{{.State.ExitCode}}' c1 c2 | xargs)"
  if [[ $E == podman ]]; then
    # conmon 2.1.6 notes it in the folder that podman was started in, and podman 4.3 looks for that in the bundle.
    same "what conmon says" /run/walk/killed/oom "$(find /run/walk/killed /run/walk/well -name oom)"
  else
    same "what the engine says" "true false" "$($E inspect -f '{{.State.OOMKilled}}' c1 c2 | xargs)"
  fi
}

step_oom_kill_of_child() {
  $E run -d --name c1 --memory 16m --memory-swap 16m busybox sleep 1000
  refused 137 '' $E exec c1 tail /dev/zero
  same "its PID 1" true "$($E inspect -f '{{.State.Running}}' c1)"
}

step_stats() {
  $E run -d --name c1 --memory 64m busybox sleep 1000
  has stats 'c1 .*/ (64MiB|67.11MB)' "$($E stats --no-stream --format '{{.Name}} {{.MemUsage}}' c1)"
}
