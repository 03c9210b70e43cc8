# shellcheck shell=bash
# What an ordinary user does with podman: with a systemd of the user's own, and without.

rootless=(scope limits update life ids keep_id kept_groups volume pod fails_to_start pause stopped_by_systemd
  life_with_cgroupfs ids_with_cgroupfs pod_with_cgroupfs life_without_delegation outside_the_session)
[[ $(basename "$RUNTIME") != runc ]] || peers_lack[kept_groups]="runc has no such annotation"

# run, exec, ps, logs, stop, start, rm: the same with each manager.
life() {
  local pid
  podman run -d --name c1 busybox sh -c 'echo spoken; echo here >/file; exec sleep 1000'
  pid=$(pid_of c1)
  same "root of it, outside" "$uid" "$(status_of "$pid" Uid | cut -f 1)"
  same "exec" "0 here" "$(podman exec c1 sh -c 'echo $(id -u) $(cat /file)')"
  same "the status of exec" 7 "$(podman exec c1 sh -c 'exit 7' || echo $?)"
  same "exec with a terminal" yes "$(podman exec -t c1 sh -c 'test -t 0 && echo yes' | tr -d '\r')"
  same "exec as another" 1000 "$(podman exec --user 1000 c1 id -u)"
  eventually sh -c '[ "$(podman logs c1)" = spoken ]'
  has "ps" 'c1$' "$(podman ps)"
  podman stop -t 0 c1
  podman start c1
  same "its files" here "$(podman exec c1 cat /file)"
  differ "its pid" "$pid" "$(pid_of c1)"
  podman kill c1
  podman wait c1
  podman rm c1
  same "what is left" "" "$(podman ps -aq)"
}

step_life() { life; }

ids() {
  local pid
  same "the maps" "0 $uid 1 1 $ranges 65536" "$(podman run --rm busybox cat /proc/self/uid_map | xargs)"
  same "of groups" "0 $uid 1 1 $ranges 65536" "$(podman run --rm busybox cat /proc/self/gid_map | xargs)"
  podman run -d --name c1 --user 1000:1000 busybox sleep 1000
  pid=$(pid_of c1)
  same "1000, outside" $((ranges + 999)) "$(status_of "$pid" Uid | cut -f 1)"
  same "exec, as it" "1000 1000" "$(podman exec c1 sh -c 'echo $(id -u) $(id -g)')"
  same "exec, as root" 0 "$(podman exec --user 0 c1 id -u)"
  podman stop -t 0 c1
}

step_ids() { ids; }

step_keep_id() {
  same "one's own id" "$uid" "$(podman run --rm --userns keep-id busybox id -u)"
}

# Of a group that has no mapping only that it is there can be seen.
step_kept_groups() {
  same "groups" "0 65534" "$(podman run --rm --group-add keep-groups busybox id -G)"
  same "none" "0" "$(podman run --rm busybox id -G)"
}

step_volume() {
  podman run --rm -v vol:/v busybox sh -c 'echo kept >/v/file; chown 5 /v/file'
  same "in the next one" "kept 5" "$(podman run --rm -v vol:/v busybox sh -c 'echo $(cat /v/file) $(stat -c %u /v/file)')"
  same "read-only" "no" "$(podman run --rm --read-only --tmpfs /t busybox sh -c 'touch /t/x && ! touch /x 2>/dev/null && echo no')"
}

pod() {
  trap 'podman pod rm -f -t 0 p1' EXIT
  podman pod create --name p1 --infra-image busybox --infra-command 'sleep 1000'
  podman run -d --pod p1 --name c1 busybox nc -ll -p 7777 -e echo through
  eventually podman exec c1 sh -c 'netstat -ltn | grep 7777'
  same "its own loopback" through "$(podman run --rm --pod p1 busybox nc 127.0.0.1 7777)"
  podman pod stop -t 0 p1
  podman pod start p1
  eventually podman exec c1 sh -c 'netstat -ltn | grep 7777'
}

step_pod() { pod; }

# Without a systemd, from a cgroup that is the user's.
step_life_with_cgroupfs() { export MANAGER=cgroupfs; life; }
step_ids_with_cgroupfs() { export MANAGER=cgroupfs; ids; }
step_pod_with_cgroupfs() { export MANAGER=cgroupfs; pod; }

# From a cgroup that is not.
step_life_without_delegation() { export MANAGER=cgroupfs SESSION=none; life; }

# As after a login: the session's cgroup is not the user's, but the user's systemd has one to give.
step_outside_the_session() {
  export SESSION=none
  life
  # crun has the limit one cgroup deeper, and systemd not at all.
  [[ -z ${peers_lack[limits]:-} ]] || return 0
  podman run -d --name c1 --memory 64m busybox sleep 1000
  kernel_has "$(pid_of c1)" memory.max=67108864
  shows "$(unit_of "$(pid_of c1)")" MemoryMax=67108864
}
