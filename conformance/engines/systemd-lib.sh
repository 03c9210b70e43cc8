# shellcheck shell=bash
# What the walks under systemd share: units, as systemd and the kernel tell of them.
declare -A needs peers_lack

# systemctl is where PID 1 is: the walk has another root file system.
systemctl() {
  nsenter -t 1 -m systemctl "$@"
}

missing_for() { # missing_for STEP: prints what it needs and this place has not, a controller or a file of a cgroup
  local need
  for need in ${needs[$1]:-}; do
    case $need in
      *.*) compgen -G "/sys/fs/cgroup/system.slice/$need" >/dev/null ;;
      *) grep -qw "$need" /sys/fs/cgroup/cgroup.controllers ;;
    esac || { echo "$need" && return 1; }
  done
}

unit_of() { # unit_of PID: the scope that the process is in
  sed -n 's|^0::.*/\([^/]*\.scope\)\(/.*\)\{0,1\}$|\1|p' "/proc/$1/cgroup"
}

show() { # show UNIT PROPERTY
  manager show "$1" -p "$2" --value
}

shows() { # shows UNIT PROPERTY=VALUE...: all that does not is said
  local unit=$1 wanted seen wrong=''
  shift
  for wanted; do
    seen=$(show "$unit" "${wanted%%=*}")
    [[ $seen == "${wanted#*=}" ]] || wrong+=" ${wanted%%=*} is '$seen', wanted '${wanted#*=}';"
  done
  [[ -z $wrong ]] || fail "systemd of $unit:$wrong"
}

kernel_has() { # kernel_has PID FILE=VALUE...: in the cgroup of its unit
  local unit group wanted seen wrong=''
  unit=$(unit_of "$1")
  group=$(sed -n "s|^0::\(.*/$unit\).*|/sys/fs/cgroup\1|p" "/proc/$1/cgroup")
  shift
  for wanted; do
    seen=$(cat "$group/${wanted%%=*}")
    [[ $seen == "${wanted#*=}" ]] || wrong+=" ${wanted%%=*} is '$seen', wanted '${wanted#*=}';"
  done
  [[ -z $wrong ]] || fail "the kernel of $unit:$wrong"
}

gone_unit() { # gone_unit UNIT
  [[ $(show "$1" LoadState) == not-found ]]
}

units_left() { # a line for each
  manager list-units --all --plain --no-legend 'docker-*' 'libpod-*' 'apus-*' 'runc-*' 'crun-*' 'machine-*' 'user-libpod*' | awk '{ print "unit", $1, $3, $4 }'
  find /sys/fs/cgroup -type d \( -name 'docker-*' -o -name 'libpod-*' -o -name 'libpod_pod*' -o -name '*-libpod_pod*' \) | sed 's/^/cgroup /'
  find "${state_folders[@]}" -mindepth 1 -maxdepth 1 ! -name '.*' 2>/dev/null | sed 's/^/state /' || true
  stat -L -c '%i %n' /proc/[0-9]*/ns/pid 2>/dev/null |
    awk -v ours="$(stat -L -c %i /proc/self/ns/pid)" '$1 != ours { print "process in another pid namespace", $2 }'
  grep -sHE '^(containerd-shim|conmon)' /proc/[0-9]*/comm | sed 's/^/process /' || true
}

pid_of() { # pid_of CONTAINER
  $E inspect -f '{{.State.Pid}}' "$1"
}
