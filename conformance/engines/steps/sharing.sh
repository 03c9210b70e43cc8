# shellcheck shell=bash
# Namespaces that containers share.

sharing=(ipc_private ipc_shareable ipc_host pid_of_another network_of_another host_namespaces)

segments() { # segments [CONTAINER]: keys and ids, there or on the host; not those that are removed, but still attached
  if [[ $# == 0 ]]; then ipcs -m; else $E exec "$1" ipcs; fi | awk '/^0x/ && $1 != "0x00000000" { print $1, $2 }'
}

step_ipc_private() {
  $E run -d --ipc private --name c1 busybox writer
  eventually sh -c "$E logs c1 | grep writing"
  refused 1 'no file /dev/shm/shm_file' $E run --rm --ipc private busybox reader
  has "segments of c1" '^0x' "$(segments c1)"
  same "segments of the host" '' "$(segments)"
  # Podman lets every container be joined; Docker's private ones cannot be.
  [[ $E == podman ]] || refused any 'non-shareable' $E run --rm --ipc container:c1 busybox reader
}

step_ipc_shareable() {
  $E run -d --ipc shareable --name c1 busybox writer
  eventually sh -c "$E logs c1 | grep writing"
  $E run -d --ipc container:c1 --name c2 busybox reader
  eventually sh -c "$E logs c2 | grep 'now time: [0-9]'"
  same "segments of both" "$(segments c1)" "$(segments c2)"
  has "segments of c1" '^0x' "$(segments c1)"
  same "namespace" "$($E exec c1 readlink /proc/1/ns/ipc)" "$($E exec c2 readlink /proc/1/ns/ipc)"
  $E stop -t 20 c1
  same "the reader, after the writer" 0 "$($E wait c2)"
}

step_ipc_host() {
  $E run -d --ipc host --name c1 busybox writer
  eventually sh -c "$E logs c1 | grep writing"
  has "segments of the host" '^0x' "$(segments)"
  same "segments of both" "$(segments)" "$(segments c1)"
  [[ -e /dev/shm/shm_file ]] || fail "no /dev/shm/shm_file on the host"
  $E run -d --ipc host --name c2 busybox reader
  eventually sh -c "$E logs c2 | grep 'now time: [0-9]'"
  $E stop -t 20 c1
  same "segments of the host, after that" '' "$(segments)"
}

step_pid_of_another() {
  $E run -d --name c1 busybox sleep 1000
  has "ps of c2" '^ +1 .*sleep 1000' "$($E run --rm --pid container:c1 busybox ps)"
  $E run -d --name c2 --pid container:c1 busybox sleep 1001
  has "ps of c1" 'sleep 1001' "$($E exec c1 ps)"
  $E rm -f c2
  has_not "ps of c1, after c2" 'sleep 1001' "$($E exec c1 ps)"
  same "c1 itself" true "$($E inspect -f '{{.State.Running}}' c1)"
}

step_network_of_another() {
  $E run -d --name c1 busybox nc -ll -p 7777 -e echo through
  eventually $E exec c1 sh -c 'netstat -ltn | grep 7777'
  same "its own loopback" through "$($E run --rm --network container:c1 busybox nc 127.0.0.1 7777)"
  same "namespace" "$($E exec c1 readlink /proc/1/ns/net)" "$($E run --rm --network container:c1 busybox readlink /proc/1/ns/net)"
}

step_host_namespaces() {
  same network "$(readlink /proc/self/ns/net)" "$($E run --rm --network host busybox readlink /proc/self/ns/net)"
  same pid "$(readlink /proc/self/ns/pid)" "$($E run --rm --pid host busybox readlink /proc/self/ns/pid)"
  same uts "$(readlink /proc/self/ns/uts)" "$($E run --rm --uts host busybox readlink /proc/self/ns/uts)"
  same ipc "$(readlink /proc/self/ns/ipc)" "$($E run --rm --ipc host busybox readlink /proc/self/ns/ipc)"
  same cgroup "$(readlink /proc/self/ns/cgroup)" "$($E run --rm --cgroupns host busybox readlink /proc/self/ns/cgroup)"
}
