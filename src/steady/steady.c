/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steady - preloaded into the QEMU of an exact guest: makes its two threads take turns.
 *
 * QEMU wakes its main loop at each of the guest's timers. What that finds when it comes, and
 * whether it or the vCPUs' thread serves a timer, depends on how busy this machine is; and each
 * time the main loop has served one, the vCPUs' turns are dealt anew. So the main loop is let out
 * of its poll only while the vCPUs' thread waits for it (all vCPUs are idle, or stopped), or when
 * somebody outside has something for it: a descriptor that is no eventfd. The vCPUs' thread reads
 * no clock of this machine.
 *
 * Invariant: nothing but that clock is changed in what is returned, only when. Where a name is not
 * found or a thread not known, QEMU goes on as it would without this.
 */
#include "steady/steps.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#define EXPORT        __attribute__((visibility("default")))
#define FDS_MAX       64
#define KNOWN         1024
#define CLOCK_STEP_US 100 /* QEMU looks at the size of a TLB each 100 ms of it */

typedef int (*ppoll_fn)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);
typedef int (*wait_fn)(pthread_cond_t *, pthread_mutex_t *);
typedef int (*wake_fn)(pthread_cond_t *);
typedef int (*lock_fn)(pthread_mutex_t *);
typedef int (*time_fn)(struct timeval *, void *);

static ppoll_fn real_ppoll;
static wait_fn real_wait;
static wake_fn real_signal, real_broadcast;
static lock_fn real_lock;
static time_fn real_time;
static int idle_fd = -1; /* the vCPUs' thread begins to wait */
static atomic_bool vcpus_known, vcpus_wait;
static _Atomic(pthread_cond_t *) vcpus_cond; /* what they wait for */
static __thread enum { UNKNOWN, VCPUS, OTHER } role;

/* There are older ones of those names, which plain dlsym() may find. */
static void *find(const char *name)
{
	void *p = dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2");

	return p ? p : dlsym(RTLD_NEXT, name);
}

static void __attribute__((constructor)) begin(void)
{
	real_lock = (lock_fn)dlsym(RTLD_NEXT, "pthread_mutex_lock");
	real_ppoll = (ppoll_fn)dlsym(RTLD_NEXT, "ppoll");
	real_wait = (wait_fn)find("pthread_cond_wait");
	real_signal = (wake_fn)find("pthread_cond_signal");
	real_broadcast = (wake_fn)find("pthread_cond_broadcast");
	idle_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	steps_init();
}

/* "ALL CPUs/TCG"; "CPU 0/TCG" where there is one. */
static bool is_vcpus(void)
{
	char name[32] = "";

	if (role == UNKNOWN) {
		pthread_getname_np(pthread_self(), name, sizeof(name));
		role = !strncmp(name, "ALL CPUs", 8) || !strncmp(name, "CPU 0/", 6) ? VCPUS : OTHER;
	}
	return role == VCPUS;
}

EXPORT int pthread_cond_wait(pthread_cond_t *c, pthread_mutex_t *m)
{
	uint64_t one = 1;
	int r;

	if (!is_vcpus() || idle_fd < 0)
		return real_wait(c, m);
	atomic_store(&vcpus_known, true);
	atomic_store(&vcpus_cond, c);
	atomic_store(&vcpus_wait, true);
	if (write(idle_fd, &one, sizeof(one)) < 0)
		atomic_store(&vcpus_known, false);
	r = real_wait(c, m);
	atomic_store(&vcpus_wait, false);
	return r;
}

EXPORT int pthread_mutex_lock(pthread_mutex_t *m)
{
	if (!real_lock) /* another library's constructor, before ours */
		real_lock = (lock_fn)dlsym(RTLD_NEXT, "pthread_mutex_lock");
	if (atomic_load(&vcpus_known) && is_vcpus())
		steps_note();
	return real_lock(m);
}

/* Who is woken does not wait any more, also before it is there. */
EXPORT int pthread_cond_signal(pthread_cond_t *c)
{
	if (c == atomic_load(&vcpus_cond))
		atomic_store(&vcpus_wait, false);
	return real_signal(c);
}

EXPORT int pthread_cond_broadcast(pthread_cond_t *c)
{
	if (c == atomic_load(&vcpus_cond))
		atomic_store(&vcpus_wait, false);
	return real_broadcast(c);
}

/*
 * QEMU grows and shrinks the vCPU's TLB by the host's clock, and the guest can tell: what misses
 * the TLB sets "accessed" in its page tables again, which some of its kernel's code clears without
 * a flush. So for the vCPUs' thread this clock counts how often it was asked, which is once a
 * flush.
 */
EXPORT int gettimeofday(struct timeval *tv, void *zone)
{
	static uint64_t us;

	if (!real_time) /* another library's constructor, before ours */
		real_time = (time_fn)dlsym(RTLD_NEXT, "gettimeofday");
	if (!atomic_load(&vcpus_known) || !is_vcpus())
		return real_time(tv, zone);
	us += CLOCK_STEP_US;
	*tv = (struct timeval){.tv_sec = (time_t)(us / 1000000),
			       .tv_usec = (suseconds_t)(us % 1000000)};
	return 0;
}

static bool is_eventfd(int fd)
{
	static unsigned char
		known[KNOWN]; /* 1 = it is, 2 = not; descriptors of the main loop stay */
	char path[32], target[32] = "";

	if (fd < 0 || fd >= KNOWN)
		return false;
	if (!known[fd]) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		if (readlink(path, target, sizeof(target) - 1) < 0)
			return false;
		known[fd] = strncmp(target, "anon_inode:[eventfd]", 20) ? 2 : 1;
	}
	return known[fd] == 1;
}

static bool from_outside(const struct pollfd *fds, nfds_t n)
{
	nfds_t i;

	for (i = 0; i < n; i++)
		if (fds[i].revents && !is_eventfd(fds[i].fd))
			return true;
	return false;
}

/* Until the vCPUs' thread waits, or somebody outside has something. */
static void stay(const struct pollfd *fds, nfds_t n)
{
	struct pollfd watched[FDS_MAX + 1];
	uint64_t drained;
	nfds_t i, k = 0;

	for (i = 0; i < n; i++)
		if (!is_eventfd(fds[i].fd))
			watched[k++] = fds[i];
	watched[k++] = (struct pollfd){.fd = idle_fd, .events = POLLIN};
	while (!atomic_load(&vcpus_wait)) {
		if (real_ppoll(watched, k, NULL, NULL) < 0 && errno != EINTR)
			return;
		if (from_outside(watched, k - 1))
			return;
		if (read(idle_fd, &drained, sizeof(drained)) < 0 && errno != EAGAIN)
			return;
	}
}

EXPORT int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	int r = real_ppoll(fds, n, timeout, mask);

	if (n > FDS_MAX || idle_fd < 0 || !atomic_load(&vcpus_known) ||
	    (pid_t)syscall(SYS_gettid) != getpid() || r < 0 || from_outside(fds, n) ||
	    atomic_load(&vcpus_wait))
		return r;
	stay(fds, n);
	return real_ppoll(fds, n, &(struct timespec){0}, mask);
}

/* what a program compiled with _FORTIFY_SOURCE calls */
int __ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask,
		size_t size);
EXPORT int __ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
		       const sigset_t *mask, size_t size __attribute__((unused)))
{
	return ppoll(fds, n, timeout, mask);
}
