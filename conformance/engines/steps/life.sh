# shellcheck shell=bash
# The life of a container, for docker and podman ($E).

life=(exit_status input run_terminal detached top exec exec_terminal pid_1 background_loop kill_term_ignored stop_kills logs stop_start_files
  restart_policies paused init attach rename_and_commit)

pid_of() {
  $E inspect -f '{{.State.Pid}}' "$1"
}

step_exit_status() {
  refused 42 '' $E run --rm busybox sh -c 'exit 42'
  refused 143 '' $E run --rm busybox sh -c 'sh -c "kill -TERM \$\$"; exit $?'
  same output hello "$($E run --rm busybox echo hello)"
}

step_input() {
  same echoed "two words" "$(echo two words | $E run -i --rm busybox cat)"
  same "status of the last command" "3" "$(echo 'exit 3' | $E run -i --rm busybox sh || echo $?)"
  same "a terminal's line end" $'/dev/pts/0' "$("$HERE/terminal" -- $E run -it --rm busybox tty | tr -d '\r')"
}

step_run_terminal() {
  # The shell is PID 1: Control-C ends what it runs, not itself. Control-P Control-Q leaves it running.
  "$HERE/terminal" 'expect=/ # ' 'poll=stty size=24 80' resize=40x120 'poll=stty size=40 120' \
    'send=sh -c "echo ready-$((1+1)); sleep 777"' expect=ready-2 key=c 'expect=/ # ' 'send=echo ended-$?' expect=ended-130 \
    'send=echo $$-$(tty)' expect=1-/dev/pts/0 key=p key=q -- $E run -it --name c1 busybox sh
  same "left, not ended" true "$($E inspect -f '{{.State.Running}}' c1)"
  has_not "after Control-C" 'sleep 777' "$($E top c1)"
  "$HERE/terminal" resize=50x100 'poll=stty size=50 100' 'send=exit 6' -- $E attach c1 || true # podman's ends with 0
  same "its end" 6 "$($E wait c1)"
}

step_detached() {
  local a b
  $E run -d --name c1 busybox sleep 1000
  $E run -dt --name c2 busybox sleep 1000
  a=$(pid_of c1) b=$(pid_of c2)
  same "terminal of c1, on the host" 0 "$(stat_of "$a" 5)"
  differ "terminal of c2, on the host" 0 "$(stat_of "$b" 5)"
  has "ps in c1" '^ +1 +\? +sleep 1000' "$($E exec c1 ps -o pid,tty,args)"
  has "ps in c2" '^ +1 +136,0 +sleep 1000' "$($E exec c2 ps -o pid,tty,args)"
  has_not "input of c1" pts "$(readlink "/proc/$a/fd/0")"
  has "input of c2" /dev/pts/0 "$(readlink "/proc/$b/fd/0")"
}

step_top() {
  local pid
  $E run -d --name c1 busybox sleep 1000
  pid=$(pid_of c1)
  if [[ $E == podman ]]; then
    has top "$pid +1 +sleep 1000" "$($E top c1 hpid pid args)"
  else
    has top "$pid .*sleep 1000" "$($E top c1)"
  fi
  $E exec -d c1 sleep 1001
  has "top of two" 'sleep 1001' "$($E top c1)"
}

step_exec() {
  $E run -d --name c1 busybox sleep 1000
  same "what came through" word "$(echo word | $E exec -i c1 cat)"
  refused 42 '' $E exec c1 sh -c 'exit 42'
  same "user, folder, environment" $'7 8 /bin B' "$($E exec -u 7:8 -w /bin -e A=B c1 sh -c 'echo $(id -u) $(id -g) $(pwd) $A')"
  refused 12[67] 'no such file' $E exec c1 /no/such # 126 from docker 20.10, whatever the runtime says
  refused 126 'permission denied' $E exec c1 /text
  has "privileged" 'CapEff:.*0000' "$($E exec --user 1 c1 grep CapEff /proc/self/status)"
}

step_exec_terminal() {
  $E run -d --name c1 busybox sleep 1000
  refused 7 'exit 7' "$HERE/terminal" 'expect=/ # ' 'poll=stty size=24 80' resize=40x120 'poll=stty size=40 120' \
    'send=sh -c "echo ready-$((1+1)); sleep 777"' expect=ready-2 key=c 'expect=/ # ' 'send=echo ended-$?' expect=ended-130 \
    'send=tty' expect=/dev/pts/ 'send=exit 7' -- $E exec -it c1 sh
  has_not "still there" 'sleep 777' "$($E top c1)"
}

step_pid_1() {
  local pid
  same "the first process" 1 "$($E run --rm busybox sh -c 'echo $$')"
  $E run -d --name c1 busybox sleep 1000
  pid=$(pid_of c1)
  same "its number outside and inside" "$pid 1" "$(status_of "$pid" NSpid | tr '\t' ' ')"
  same "what it is, inside" "sleep 1000 " "$($E exec c1 cat /proc/1/cmdline | tr '\0' ' ')"
  same "what it is, outside" "sleep 1000 " "$(tr '\0' ' ' <"/proc/$pid/cmdline")"
  same "those inside" 2 "$($E exec c1 ls /proc | grep -c '^[0-9]')"
}

step_background_loop() {
  local pid loop child
  $E run -d --name c1 busybox sh -c 'while :; do sleep 1; done'
  pid=$(pid_of c1)
  start_loop "$pid" $E exec -d c1
  end_loop # from the host
  eventually gone "$loop"
  eventually gone "$child"
  has_not "inside" 543 "$($E exec c1 ps)"
  start_loop "$pid" $E exec -d c1
  kill -KILL "$pid"
  eventually gone "$child"
  same "status after the kill from the host" 137 "$($E wait c1)"
}

step_kill_term_ignored() {
  $E run -d --name c1 busybox sh -c 'trap "" TERM; echo ready; while :; do sleep 1; done'
  eventually sh -c "$E logs c1 | grep ready"
  $E kill -s TERM c1
  sleep 1
  same "after TERM" true "$($E inspect -f '{{.State.Running}}' c1)"
  $E kill -s KILL c1
  same "after KILL" 137 "$($E wait c1)"
  refused any 'not running|can only kill running' $E kill c1
}

step_stop_kills() {
  $E run -d --name c1 busybox sh -c 'trap "exit 9" TERM; echo ready; while :; do sleep 1; done'
  eventually sh -c "$E logs c1 | grep ready"
  $E stop -t 20 c1
  same "TERM was enough" 9 "$($E inspect -f '{{.State.ExitCode}}' c1)"
  $E run -d --name c2 busybox sleep 1000 # no handler: PID 1 is not ended by TERM
  $E stop -t 1 c2
  same "KILL after a second" 137 "$($E inspect -f '{{.State.ExitCode}}' c2)"
}

step_logs() {
  $E run --name c1 busybox sh -c 'echo to-out; echo to-err >&2; i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done'
  same "lines" 2001 "$($E logs c1 2>/dev/null | wc -l)"
  same "standard error" to-err "$($E logs c1 2>&1 >/dev/null)"
  same "the last" 'line 1999' "$($E logs --tail 1 c1 2>/dev/null)"
  $E run -d --name c2 busybox sh -c 'echo one; sleep 2; echo two'
  same "followed" $'one\ntwo' "$($E logs -f c2)"
}

step_stop_start_files() {
  $E run -d --name c1 busybox sh -c 'echo x >>/file; trap "exit 0" TERM; echo ready; while :; do sleep 1; done'
  eventually sh -c "$E logs c1 | grep ready"
  $E stop c1
  $E start c1
  eventually sh -c "[ \$($E exec c1 grep -c x /file) = 2 ]"
  $E restart c1
  eventually sh -c "[ \$($E exec c1 grep -c x /file) = 3 ]"
  $E start c1 # of a running one: nothing happens
  same "still that one" 3 "$($E exec c1 grep -c x /file)"
}

step_restart_policies() {
  local pid
  $E run -d --name c1 --restart on-failure:2 busybox sh -c 'exit 3'
  eventually sh -c "[ \"\$($E inspect -f '{{.RestartCount}} {{.State.Status}} {{.State.ExitCode}}' c1)\" = '2 exited 3' ]"
  $E run -d --name c2 --restart always busybox sleep 1000
  pid=$(pid_of c2)
  kill -KILL "$pid"
  eventually sh -c "p=\$($E inspect -f '{{.State.Pid}}' c2); [ \$p != 0 ] && [ \$p != $pid ] && [ -e /proc/\$p ]"
  $E stop -t 0 c2
  sleep 1
  same "stopped by its user" false "$($E inspect -f '{{.State.Running}}' c2)"
}

step_paused() {
  local id pid
  id=$($E run -d --name c1 busybox sleep 1000)
  pid=$(pid_of c1)
  $E pause c1
  same state paused "$($E inspect -f '{{.State.Status}}' c1)"
  has "its cgroup" 'frozen 1' "$(cat "/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$pid/cgroup")/cgroup.events")"
  refused any 'paused|improper' $E start c1
  refused any 'paused|improper' $E exec c1 true
  refused any . oci start "$id"
  $E unpause c1
  same "what exec says" on "$($E exec c1 echo on)"
  refused any . oci start "$id" # and crun says that its fifo is not there
}

step_init() {
  local pid zombies
  $E run -d --init --name c1 busybox sh -c 'sleep 1000 & while :; do sh -c "sleep 0 & exec sleep 0.1"; done'
  has "PID 1" 'init' "$($E exec c1 cat /proc/1/cmdline | tr '\0' ' ')"
  sleep 2
  # About twenty processes have lost their parent by now.
  zombies=$(processes_with "$(pid_of c1)" | while read -r pid _; do stat_of "$pid" 1; done | grep -c Z || true)
  [[ $zombies -le 3 ]] || fail "$zombies zombies"
  $E stop -t 20 c1
  same "ended by TERM" 143 "$($E inspect -f '{{.State.ExitCode}}' c1)"
}

step_attach() {
  $E run -dit --name c1 busybox sh
  # Podman's attach ends with 0.
  has "what came back" sum-4 "$("$HERE/terminal" 'poll=echo sum-$((2+2))=sum-4' 'send=exit 5' -- $E attach c1 || true)"
  same "its end" 5 "$($E wait c1)"
}

step_rename_and_commit() {
  $E run --name c1 busybox sh -c 'echo kept >/kept'
  $E rename c1 other
  $E commit other image-of-other
  same "in the new image" kept "$($E run --rm image-of-other cat /kept)"
  $E rmi image-of-other
}
