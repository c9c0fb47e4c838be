/* A clock that runs slower, preloaded into a server that something slows down: what it does by the clock is then as rare
 * beside its messages as it is in reality. SLOW_CLOCK is "FACTOR MONOTONIC_S REAL_S": from when on, the same for all. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <time.h>

static int (*true_clock)(clockid_t, struct timespec *);
static int (*true_wait)(int, struct epoll_event *, int, int, const sigset_t *);
static long factor = 1, monotonic_s, real_s;

__attribute__((constructor)) static void begin(void) {
    if (true_clock) return;
    const char *told = getenv("SLOW_CLOCK");
    if (!told || sscanf(told, "%ld %ld %ld", &factor, &monotonic_s, &real_s) != 3 || factor < 1) factor = 1;
    true_wait = dlsym(RTLD_NEXT, "epoll_pwait");
    true_clock = dlsym(RTLD_NEXT, "clock_gettime");
}

int clock_gettime(clockid_t id, struct timespec *at) {
    begin();
    int is_real = id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE;
    if (!is_real && id != CLOCK_MONOTONIC && id != CLOCK_MONOTONIC_COARSE && id != CLOCK_MONOTONIC_RAW && id != CLOCK_BOOTTIME)
        return true_clock(id, at);
    true_clock(CLOCK_MONOTONIC, at);
    int64_t passed = ((int64_t)(at->tv_sec - monotonic_s) * 1000000000 + at->tv_nsec) / factor;
    at->tv_sec = (is_real ? real_s : monotonic_s) + passed / 1000000000;
    at->tv_nsec = passed % 1000000000;
    return 0;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}

int epoll_pwait(int fd, struct epoll_event *events, int most, int wait_ms, const sigset_t *mask) {
    begin();
    if (wait_ms > 0) wait_ms = wait_ms > 1000000 ? 50000000 : (int)(wait_ms * factor);
    return true_wait(fd, events, most, wait_ms, mask);
}

int epoll_wait(int fd, struct epoll_event *events, int most, int wait_ms) {
    return epoll_pwait(fd, events, most, wait_ms, NULL);
}
