# shellcheck shell=bash
# What a container sees of the host's files and devices.

files=(volumes binds tmpfs read_only device)

step_volumes() {
  $E volume create vol
  $E run --rm -v vol:/there busybox sh -c 'echo kept >/there/file'
  same "in the next one" kept "$($E run --rm -v vol:/there busybox cat /there/file)"
  refused 1 'read-only' $E run --rm -v vol:/there:ro busybox touch /there/other
  $E volume rm vol
}

step_binds() {
  mkdir -p /run/walk/bound/below
  echo outside >/run/walk/bound/file
  same file outside "$($E run --rm -v /run/walk/bound:/there busybox cat /there/file)"
  $E run --rm -v /run/walk/bound:/there busybox sh -c 'echo inside >/there/file'
  same "file, after that" inside "$(cat /run/walk/bound/file)"
  same "of a file alone" inside "$($E run --rm -v /run/walk/bound/file:/etc/one:ro busybox cat /etc/one)"
  # Propagation: a mount that the host makes later is seen below rslave, and not below private.
  mount --bind /run/walk/bound /run/walk/bound
  mount --make-shared /run/walk/bound
  $E run -d --name c1 -v /run/walk/bound:/there:rslave busybox sleep 1000
  $E run -d --name c2 -v /run/walk/bound:/there:rprivate busybox sleep 1000
  mount -t tmpfs late /run/walk/bound/below
  has "mounts of c1" 'late /there/below' "$($E exec c1 cat /proc/mounts)"
  has_not "mounts of c2" 'late /there/below' "$($E exec c2 cat /proc/mounts)"
  umount /run/walk/bound/below /run/walk/bound
}

step_tmpfs() {
  has "options" 'tmpfs /there tmpfs .*noexec.*size=1024k' "$($E run --rm --tmpfs /there:size=1m,noexec,mode=1777 busybox cat /proc/mounts)"
  refused 1 'no space' $E run --rm --tmpfs /there:size=1m busybox dd if=/dev/zero of=/there/file bs=1M count=2
  has "size of /dev/shm" '/dev/shm tmpfs .*size=8192k' "$($E run --rm --shm-size 8m busybox cat /proc/mounts)"
}

step_read_only() {
  refused 1 'read-only' $E run --rm --read-only busybox touch /file
  same "but a tmpfs" 0 "$($E run --rm --read-only --tmpfs /there busybox sh -c 'touch /there/file; echo $?')"
  refused 1 'read-only' $E run --rm busybox sh -c 'echo 1 >/proc/sys/kernel/panic'
}

step_device() {
  # /dev/kmsg of the host, under another name, to read only; what is not asked for cannot be opened, though it can be made.
  same "from the device" 4 "$($E run --rm --device /dev/zero:/dev/nothing:r busybox head -c 4 /dev/nothing | wc -c)"
  has "one that is not allowed" 'not permitted|permission denied' "$($E run --rm busybox sh -c 'mknod /tmp/kmsg c 1 11; cat /tmp/kmsg' 2>&1 || true)"
  refused 1 'not permitted|permission denied' $E run --rm --device /dev/kmsg:/dev/other:r busybox sh -c 'echo x >/dev/other'
  $E run --rm --device /dev/kmsg:/dev/other:rw busybox sh -c 'echo walk >/dev/other'
}
