# shellcheck shell=bash
# Starts that fail: the runner looks at what is left; here is what is said, and that the next start works.

failing=(missing_program not_executable bad_mount bad_folder failed_start_again many_in_a_row many_at_once)

works() {
  same "a container after that" works "$($E run --rm busybox echo works)"
}

step_missing_program() {
  refused 127 'no such file or directory' $E run --rm busybox /no/such
  refused 127 'executable file.*not found' $E run --rm busybox no-such
  works
}

step_not_executable() {
  refused 126 'permission denied' $E run --rm busybox /text
  refused 12[67] 'permission denied|is a directory' $E run --rm busybox /etc
  works
}

step_bad_mount() {
  refused any directory $E run --rm -v /etc/passwd:/bin busybox true
  refused any . $E run --rm --mount type=bind,src=/no/such,dst=/x busybox true
  refused any . $E run --rm --tmpfs /text busybox true
  works
}

step_bad_folder() {
  refused any 'not a directory|cwd|chdir|working directory' $E run --rm -w /text busybox true
  works
}

step_failed_start_again() {
  mkdir -p /run/walk/folder
  $E create --name c2 --entrypoint /there/program -v /run/walk/folder:/there busybox
  refused any 'no such file' $E start c2
  refused any 'no such file' $E start -a c2
  printf '#!/bin/sh\necho now it is there\n' >/run/walk/folder/program
  chmod +x /run/walk/folder/program
  same "the second try" 'now it is there' "$($E start -a c2)"
  rm -r /run/walk/folder
}

step_many_in_a_row() {
  local number
  for ((number = 0; number < 100; number++)); do
    same "run $number" "$number" "$($E run --rm busybox echo "$number")"
  done
}

step_many_at_once() {
  local number
  for ((number = 0; number < 20; number++)); do
    { $E run --rm busybox echo "said $number" 2>&1 || echo "status $?"; } >"/run/walk/at-once-$number" &
  done
  wait
  for ((number = 0; number < 20; number++)); do
    same "run $number" "said $number" "$(cat "/run/walk/at-once-$number")"
  done
}
