# shellcheck shell=bash
# What all walks share: how a step looks at things, what a container leaves, the files of the host that engines need.

# Looking at things. Each ends the step when it does not see what it should.

fail() {
  echo "$*"
  exit 1
}

same() { # same WHAT WANTED SEEN
  [[ $2 == "$3" ]] || fail "$1: wanted '$2', saw '$3'"
}

differ() { # differ WHAT ONE OTHER
  [[ $2 != "$3" ]] || fail "$1: both are '$2'"
}

has() { # has WHAT REGEX TEXT
  grep -qiE -e "$2" <<<"$3" || fail "$1: no /$2/ in '$3'"
}

has_not() { # has_not WHAT REGEX TEXT
  ! grep -qiE -e "$2" <<<"$3" || fail "$1: there is /$2/ in '$3'"
}

refused() { # refused STATUS REGEX COMMAND...: it fails with that status (a pattern; any), and says why
  local wanted=$1 words=$2 status=0 said
  shift 2
  said=$("$@" 2>&1) || status=$?
  [[ $status != 0 ]] || fail "not refused: $*: $said"
  # shellcheck disable=SC2053  # a pattern
  [[ $wanted == any || $status == $wanted ]] || fail "status of $*: wanted $wanted, saw $status: $said"
  has "what it said" "$words" "$said"
}

eventually() { # eventually COMMAND...: within a minute; the lab may be slow
  local try
  for ((try = 0; try < 300; try++)); do
    ! "$@" >/dev/null 2>&1 || return 0
    sleep 0.2
  done
  fail "not in a minute: $*"
}

# Processes, as the host sees them.

status_of() { # status_of PID FIELD
  sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"
}

stat_of() { # stat_of PID N: the Nth word after the name: 1 state, 2 parent, 3 process group, 5 terminal
  local line words
  line=$(cat "/proc/$1/stat")
  read -ra words <<<"${line##*) }"
  echo "${words[$2 - 1]}"
}

gone() { # gone PID: it has ended, reaped or not
  [[ ! -e /proc/$1/stat || $(stat_of "$1" 1) == Z ]]
}

processes_with() { # processes_with PID: "pid words" of all in the pid namespace of PID
  local namespace process
  namespace=$(readlink "/proc/$1/ns/pid")
  for process in /proc/[0-9]*; do
    [[ $(readlink "$process/ns/pid") == "$namespace" ]] || continue
    echo "${process#/proc/} $(tr '\0' ' ' <"$process/cmdline")"
  done 2>/dev/null
}

start_loop() { # start_loop PID COMMAND...: a loop in the pid namespace of PID, by a COMMAND that executes; sets loop and child
  local pid=$1
  shift
  "$@" sh -c 'while :; do sleep 543; done'
  eventually find_loop "$pid"
  same "parent of the child" "$loop" "$(stat_of "$child" 2)"
}

find_loop() {
  local all
  all=$(processes_with "$1")
  loop=$(sed -n 's/ sh -c while.*543.*//p' <<<"$all")
  child=$(sed -n 's/ sleep 543 $//p' <<<"$all")
  [[ -n $loop && -n $child ]]
}

end_loop() { # with its process group, if it has one of its own: crun 1.8 leaves it in that of its caller
  if [[ $(stat_of "$loop" 3) == "$loop" ]]; then
    same "process group of the child" "$loop" "$(stat_of "$child" 3)"
    kill -TERM -- "-$loop"
  else
    [[ $(basename "$RUNTIME") == crun ]] || fail "process group of the loop $loop: $(stat_of "$loop" 3)"
    kill -TERM "$loop" "$child"
  fi
}

# What containers leave behind.

leftovers() { # a line for each; few processes are started for it, as it is asked for again and again
  local folder
  # But for the cgroup that engines keep all of theirs in: runtimes may leave it.
  find /sys/fs/cgroup -mindepth 1 -type d | grep -vxE "/sys/fs/cgroup/($lasting)" | sed 's/^/cgroup /'
  # Podman mounts its storage on itself, and takes it away, when it likes.
  findmnt -rno TARGET | grep -vx /var/lib/containers/storage/overlay | sed 's/^/mount /'
  for folder in "${state_folders[@]}"; do
    find "$folder" -mindepth 1 -maxdepth 1 ! -name '.*' 2>/dev/null | sed 's/^/state /' || true
  done
  stat -c 'device %n of %u:%g, mode %a' /dev/null
  # Processes in other namespaces than ours, and those that engines keep for each container.
  stat -L -c '%i %n' /proc/self/ns/* /proc/[0-9]*/ns/* 2>/dev/null | awk '$2 ~ "^/proc/self/" { ours[$1] }
    $2 !~ "^/proc/self/" && !($1 in ours) { print "process in another namespace", $2 }'
  grep -sHE '^(containerd-shim|conmon)' /proc/[0-9]*/comm | sed 's/^/process /' || true
}

left_since() { # left_since BEFORE [LIST]: what LIST tells of now and did not, once engines have had the time to clear up
  local try left list=${2:-leftovers}
  for ((try = 0; try < 50; try++)); do
    left=$(comm -13 <(sort -u <<<"$1") <("$list" | sort -u))
    [[ -n $left ]] || return 0
    sleep 0.2
  done
  echo "$left"
  return 1
}

missing_for() { # missing_for STEP: prints what it needs and this place has not; fails if there is such a thing
  local controller
  for controller in ${needs[$1]:-}; do
    grep -qw "$controller" /sys/fs/cgroup/cgroup.controllers || { echo "$controller controller" && return 1; }
  done
}

# What users are told: docs/engines.md.

told() { # told SECTION NAME: the file of that engine, with the runtime that is walked in the place of apus
  awk -v heading="## $1" '$0 == heading { here = 1 } /^```/ { if (code) exit; code = here; next } code' "$HERE/../../docs/engines.md" |
    sed "s|/usr/local/bin/apus|@path@|g; s|apus|$2|g; s|@path@|$RUNTIME|g" | grep . || fail "docs/engines.md tells nothing of $1" >&2
}

# Files of the host. In User-Mode Linux /etc is the machine's own: ours are mounted over it.

make_host_files() {
  local file
  mkdir -p /run/walk/etc
  for file in passwd group subuid subgid; do
    cp "/etc/$file" "/run/walk/etc/$file"
  done
  for file in subuid subgid; do
    printf 'dockremap:200000:65536\ncontainers:300000:1000000\n' >"/run/walk/etc/$file"
  done
  echo 'dockremap:x:64001:64001::/nonexistent:/bin/false' >>/run/walk/etc/passwd
  echo 'dockremap:x:64001:' >>/run/walk/etc/group
  for file in passwd group subuid subgid; do
    [[ -e /etc/$file ]] || : >"/etc/$file"
    mount --bind "/run/walk/etc/$file" "/etc/$file"
  done
  # procps' ps does not work in User-Mode Linux (no boot time in its /proc/stat); engines call it for `top`.
  if ! ps -ef >/dev/null 2>&1; then
    printf '#!/bin/sh\n[ "$1" != -ef ] || set -- -o user,pid,ppid,time,args\n[ "$1" != -eo ] || { shift; set -- -o "$@"; }\nexec busybox ps "$@"\n' >/run/walk/bin/ps
    chmod +x /run/walk/bin/ps
  fi
}
