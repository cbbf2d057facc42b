/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watch - what happens to the guest's world and no op did: cgroups made, removed, left,
 * mounts changed, signals to the agent, reboots asked for. And the probe's proof of an exec.
 *
 * Sources: records of the probes at once, and a comparison of cgroups once a second where there
 * are none. Invariant: a change is reported once, and never one that an op made.
 */
#ifndef GUEST_WATCH_H
#define GUEST_WATCH_H

#include "base/err.h"
#include "base/loop.h"
#include "bpf/probes.h"
#include "guest/group.h"
#include "guest/wire_sample.h"

#include <sys/signalfd.h>

int watch_init(struct loop *loop, struct err *err);
void watch_record(const struct probe_record *r);
/* Counts what payloads did to cgroups, as far as records told it. */
uint64_t watch_changes(void);
/* All cgroups that the kernel has below the root; the system's root comes first. */
void watch_cgroups(const struct sample_cgroup *rows, uint32_t n);
/* A worker that the session did not kill was reaped; status as from waitpid(). */
void watch_exit(const struct task *t, int status);
void watch_signal(const struct signalfd_siginfo *info);

#endif
