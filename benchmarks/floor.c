// The floor: the container of the default bundle (`apus spec`), and nothing else. Its namespaces, cgroup, device program, mounts,
// devices, changed root, masks, read-only paths, limits and capabilities, each with the fewest system calls known to make it, and one process
// beside it that waits. No config.json, no checks, no state, no lock, no protection from the container: what no runtime can leave out.
// usage: floor ROOTFS NAME PROGRAM [ARGUMENT...]      NAME is that of the cgroup, below /sys/fs/cgroup
//
// `benchmarks/run` compares what the program sees with what it sees under apus before it compares times.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static void need(long result, const char *what) {
  if (result >= 0) return;
  fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
  exit(125);
}
#define NEED(call) need((call), #call)

// Which devices may be opened: mknod of all; null, zero, full, random, urandom, tty, ptmx, tun, those of devpts. As linux.resources of the
// bundle says, with the devices every container has.
enum { ACCESS = 1, TYPE = 2, MAJOR = 3, MINOR = 4 };
#define LOAD(to, at) {.code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = to, .src_reg = BPF_REG_1, .off = at}
#define IF_EQUAL(what, value, skip) {.code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = what, .imm = value, .off = skip}
#define IF_OTHER(what, value, skip) {.code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = what, .imm = value, .off = skip}
#define ALU(operation, what, value) {.code = BPF_ALU64 | operation | BPF_K, .dst_reg = what, .imm = value}
static const struct bpf_insn device_rules[] = {
    LOAD(MINOR, 8), LOAD(TYPE, 0), LOAD(MAJOR, 4), {.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_5, .src_reg = TYPE},
    ALU(BPF_RSH, BPF_REG_5, 16), ALU(BPF_AND, TYPE, 0xffff),
    IF_EQUAL(BPF_REG_5, BPF_DEVCG_ACC_MKNOD, 15), IF_OTHER(TYPE, BPF_DEVCG_DEV_CHAR, 12),
    IF_EQUAL(MAJOR, 136, 13), IF_OTHER(MAJOR, 5, 2), IF_EQUAL(MINOR, 0, 11), IF_EQUAL(MINOR, 2, 10),
    IF_OTHER(MAJOR, 10, 1), IF_EQUAL(MINOR, 200, 8),
    IF_OTHER(MAJOR, 1, 5), IF_EQUAL(MINOR, 3, 6), IF_EQUAL(MINOR, 5, 5), IF_EQUAL(MINOR, 7, 4), IF_EQUAL(MINOR, 8, 3),
    IF_EQUAL(MINOR, 9, 2),
    ALU(BPF_MOV, BPF_REG_0, 0), {.code = BPF_JMP | BPF_EXIT},
    ALU(BPF_MOV, BPF_REG_0, 1), {.code = BPF_JMP | BPF_EXIT}};

static int make_cgroup(const char *name) {
  int top = open("/sys/fs/cgroup", O_PATH | O_DIRECTORY | O_CLOEXEC);
  NEED(mkdirat(top, name, 0755));
  int group = openat(top, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  need(group, "opening the cgroup");
  union bpf_attr load = {.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE, .insns = (unsigned long)device_rules,
                         .insn_cnt = sizeof device_rules / sizeof *device_rules, .license = (unsigned long)"Apache-2.0"};
  int program = syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof load);
  need(program, "loading the device program");
  union bpf_attr attach = {.target_fd = group, .attach_bpf_fd = program, .attach_type = BPF_CGROUP_DEVICE,
                           .attach_flags = BPF_F_ALLOW_MULTI};
  NEED(syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof attach));
  close(program);
  return group;
}

static void join_session_and_network(const char *name) {
  char keyring[300];
  snprintf(keyring, sizeof keyring, "_ses.%s", name);
  NEED(setsid());
  NEED(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, keyring));
  NEED(unshare(CLONE_NEWCGROUP));
  int inet = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
  NEED(ioctl(inet, SIOCSIFFLAGS, &loopback));
  close(inet);
}

static void make_mounts(const char *root) {
  const unsigned long tight = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  NEED(mount(0, "/", 0, MS_REC | MS_SLAVE, 0));
  NEED(mount(root, root, 0, MS_BIND | MS_REC, 0));
  NEED(chdir(root));
  NEED(mount("proc", "proc", "proc", 0, 0));
  NEED(mount("tmpfs", "dev", "tmpfs", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k"));
  NEED(mkdir("dev/pts", 0755));
  NEED(mkdir("dev/shm", 0755));
  NEED(mkdir("dev/mqueue", 0755));
  NEED(mount("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620,gid=5"));
  NEED(mount("shm", "dev/shm", "tmpfs", tight, "mode=1777,size=65536k"));
  NEED(mount("mqueue", "dev/mqueue", "mqueue", tight, 0));
  NEED(mount("sysfs", "sys", "sysfs", tight | MS_RDONLY, 0));
  NEED(mount("cgroup2", "sys/fs/cgroup", "cgroup2", tight | MS_RELATIME | MS_RDONLY, 0));
}

static void make_devices(void) {
  static const struct { const char *path; int major, minor; } nodes[] = {
      {"dev/null", 1, 3}, {"dev/zero", 1, 5}, {"dev/full", 1, 7}, {"dev/random", 1, 8}, {"dev/urandom", 1, 9}, {"dev/tty", 5, 0}};
  static const char *const links[][2] = {{"/proc/self/fd", "dev/fd"}, {"/proc/self/fd/0", "dev/stdin"},
      {"/proc/self/fd/1", "dev/stdout"}, {"/proc/self/fd/2", "dev/stderr"}, {"pts/ptmx", "dev/ptmx"}};
  for (unsigned i = 0; i < sizeof nodes / sizeof *nodes; i++)
    NEED(mknod(nodes[i].path, S_IFCHR | 0666, makedev(nodes[i].major, nodes[i].minor)));
  for (unsigned i = 0; i < sizeof links / sizeof *links; i++) NEED(symlink(links[i][0], links[i][1]));
}

static void change_root(void) {
  NEED(syscall(SYS_pivot_root, ".", "."));
  NEED(umount2(".", MNT_DETACH));
  NEED(mount(0, "/", 0, MS_BIND | MS_REMOUNT | MS_RDONLY, 0));
}

static void protect_paths(void) {
  static const char *const read_only[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
  static const char *const masked[] = {"/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
      "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi", "/sys/devices/virtual/tpm"};
  for (unsigned i = 0; i < sizeof read_only / sizeof *read_only; i++) {
    if (mount(read_only[i], read_only[i], 0, MS_BIND | MS_REC, 0) && errno == ENOENT) continue;
    NEED(mount(0, read_only[i], 0, MS_BIND | MS_REMOUNT | MS_RDONLY, 0));
  }
  const char *empty = 0;  // one file system for all folders
  for (unsigned i = 0; i < sizeof masked / sizeof *masked; i++) {
    struct stat what;
    if (stat(masked[i], &what)) continue;
    if (!S_ISDIR(what.st_mode)) NEED(mount("/dev/null", masked[i], 0, MS_BIND, 0));
    else if (empty) NEED(mount(empty, masked[i], 0, MS_BIND, 0));
    else {
      empty = masked[i];
      NEED(mount("none", empty, "tmpfs", 0, "nr_blocks=1,nr_inodes=1"));
      NEED(mount(0, empty, 0, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, 0));
    }
  }
}

static void become_the_user(void) {
  const unsigned kept = 1u << CAP_AUDIT_WRITE | 1u << CAP_KILL | 1u << CAP_NET_BIND_SERVICE;
  NEED(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  for (int cap = 0; cap <= 63; cap++)
    if (!(cap < 32 && kept >> cap & 1) && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0)) break;
  NEED(setgroups(0, 0));
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2] = {{.effective = kept, .permitted = kept}};
  NEED(syscall(SYS_capset, &header, data));
  NEED(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
  const struct rlimit files = {1024, 1024};
  NEED(setrlimit(RLIMIT_NOFILE, &files));
}

static void init(const char *root, const char *name, char **program) {
  static char *const environment[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm", "HOME=/", 0};
  join_session_and_network(name);
  umask(0);
  make_mounts(root);
  make_devices();
  change_root();
  NEED(sethostname("apus", 4));
  protect_paths();
  umask(022);
  become_the_user();
  NEED(execve(program[0], program, environment));
}

int main(int count, char **words) {
  if (count < 4) return fprintf(stderr, "usage: floor ROOTFS NAME PROGRAM [ARGUMENT...]\n"), 125;
  int group = make_cgroup(words[2]), status = 0;
  struct clone_args birth = {
      .flags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET | CLONE_INTO_CGROUP,
      .exit_signal = SIGCHLD, .cgroup = group};
  pid_t pid = syscall(SYS_clone3, &birth, sizeof birth);
  need(pid, "clone3");
  if (pid == 0) init(words[1], words[2], words + 3);
  NEED(waitpid(pid, &status, 0));
  char path[4200];
  snprintf(path, sizeof path, "/sys/fs/cgroup/%s", words[2]);
  NEED(rmdir(path));
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
