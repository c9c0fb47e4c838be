/* Pairs that talk: a load generator for open chats, one thread, epoll.
 *
 * The sockets are handed over by the parent with their chats already open (bench/peers/arriving.py): standard input has
 * one line per pair, "<seeker's descriptor> <listener's descriptor> <chat id>". Each message is a `send_message` with a
 * `ref`, so each brings a `done` to the sender and a `message_added` to the other one. The text holds 120 bytes, with
 * the time at which it was to be sent, so latency is one way and counts what an open-loop sender had to wait.
 *
 *   talkers PHASE...      closed:WINDOW:WARM_S:SECONDS   each pair keeps WINDOW messages under way (ping-pong)
 *                         rate:RATE:WARM_S:SECONDS       Poisson arrivals, RATE messages a second in both directions
 *
 * Standard output: READY {...}, then per phase BEGIN, END, RESULT {...}; whoever counts CPU samples at BEGIN and END.
 * A message that is not delivered within 6 s counts as lost; refusals and cut sockets are counted, never hidden.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { TEXT_BYTES = 120, MARK_BYTES = 27, MOST_PAIRS = 4096, LOST_NS_S = 6, LAG_MAX = 1 << 22 };
enum { TEXT = 1, CLOSE = 8, PING = 9, PONG = 10 };

typedef struct { int fd, dead; char chat[65]; uint8_t *rest; size_t held, room; uint8_t unsent[1200]; size_t left; } person;
typedef struct { int under_way; uint64_t last; } pair;

static person people[2 * MOST_PAIRS];
static pair pairs[MOST_PAIRS];
static int count, poll_fd, dead, phase, window, is_running, is_measuring;
static uint64_t began_at, message, sent, delivered, done, refused, lost, wrong, held_back;
static uint32_t *lags;
static uint8_t arrived[1 << 20];

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

static double chance(void) {
    static uint64_t state = 88172645463325252ull;
    state ^= state << 13; state ^= state >> 7; state ^= state << 17;
    return (double)(state >> 11) / 9007199254740992.0;
}

static void cut(person *p) {
    if (!p->dead) { p->dead = 1; dead++; close(p->fd); }
}

static void wait_to_write(person *p, int is_wanted) {
    struct epoll_event e = { .events = EPOLLIN | (is_wanted ? EPOLLOUT : 0), .data.u32 = (uint32_t)(p - people) };
    epoll_ctl(poll_fd, EPOLL_CTL_MOD, p->fd, &e);
}

static void send_frame(person *p, int opcode, const char *payload, size_t size) {
    static uint8_t frame[8192];
    static const uint8_t mask[4] = { 0x51, 0xc3, 0x0f, 0x9a };
    size_t at = 0;
    if (p->dead) return;
    frame[at++] = (uint8_t)(0x80 | opcode);
    if (size < 126) frame[at++] = (uint8_t)(0x80 | size);
    else { frame[at++] = 0x80 | 126; frame[at++] = (uint8_t)(size >> 8); frame[at++] = (uint8_t)size; }
    memcpy(frame + at, mask, 4);
    at += 4;
    for (size_t i = 0; i < size; i++) frame[at + i] = (uint8_t)payload[i] ^ mask[i & 3];
    ssize_t gone = send(p->fd, frame, at + size, MSG_NOSIGNAL);
    if (gone < 0 && errno == EAGAIN) gone = 0;
    if (gone < 0 || at + size - (size_t)gone > sizeof p->unsent) { cut(p); return; }
    p->left = at + size - (size_t)gone;
    memcpy(p->unsent, frame + gone, p->left);
    if (p->left) wait_to_write(p, 1);
}

static void send_rest(person *p) {
    ssize_t gone = send(p->fd, p->unsent, p->left, MSG_NOSIGNAL);
    if (gone < 0) { if (errno != EAGAIN) cut(p); return; }
    p->left -= (size_t)gone;
    memmove(p->unsent, p->unsent + gone, p->left);
    if (!p->left) wait_to_write(p, 0);
}

/* False: the socket takes no more. Whoever writes would see that and wait; what they would have sent is counted. */
static int say(int who, uint64_t due) {
    static const char filler[] = "I have not slept for days, and it helps that somebody listens and does not judge. Are you still there with me tonight? ";
    if (people[who].left || people[who].dead) { held_back++; return 0; }
    char text[TEXT_BYTES + 1], mark[MARK_BYTES + 1], command[1024];
    memcpy(text, filler, TEXT_BYTES);
    text[TEXT_BYTES] = 0;
    snprintf(mark, sizeof mark, "~M%02x%06x%d%016llx", phase & 255, who >> 1, who & 1, (unsigned long long)due);
    memcpy(text, mark, MARK_BYTES);
    message++;
    int size = snprintf(command, sizeof command,
        "{\"type\":\"send_message\",\"ref\":\"%llx\",\"chat_id\":\"%s\",\"message_id\":\"%08x-0000-4000-8000-%012llx\",\"text\":\"%s\"}",
        (unsigned long long)message, people[who].chat, (unsigned)getpid(), (unsigned long long)message, text);
    send_frame(&people[who], TEXT, command, (size_t)size);
    sent++;
    return 1;
}

static uint64_t hex(const uint8_t *digits, int size) {
    uint64_t value = 0;
    while (size--) { int c = *digits++; value = value << 4 | (uint64_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10); }
    return value;
}

static void heard(int who, const uint8_t *mark) {
    if ((int)hex(mark + 2, 2) != (phase & 255) || !is_running) return; /* of an earlier phase */
    int from = (int)hex(mark + 4, 6) * 2 + (mark[10] - '0');
    uint64_t at = now(), due = hex(mark + 11, 16);
    if (from != (who ^ 1)) { wrong++; return; }
    if (is_measuring) {
        if (delivered < LAG_MAX) lags[delivered] = (uint32_t)((at - due) / 1000);
        delivered++;
    }
    pair *talk = &pairs[who >> 1];
    talk->last = at;
    int goes_on = who & 1 ? 1 : window && is_running == 1;     /* the listener always answers */
    if (!goes_on || !say(who, at)) talk->under_way--;
}

static void take(int who, int opcode, const uint8_t *payload, size_t size) {
    if (opcode == PING && !people[who].left) { send_frame(&people[who], PONG, (const char *)payload, size); return; }
    if (opcode == CLOSE) { cut(&people[who]); return; }
    if (opcode != TEXT) return;
    const uint8_t *mark = memmem(payload, size, "~M", 2);
    if (mark && mark + MARK_BYTES <= payload + size) heard(who, mark);
    else if (memmem(payload, size, "\"done\"", 6)) done++;
    else if (memmem(payload, size, "\"refused\"", 9)) refused++;
}

static void read_from(int who) {
    person *p = &people[who];
    size_t size = p->held, at = 0;
    memcpy(arrived, p->rest, p->held);
    p->held = 0;
    ssize_t got = recv(p->fd, arrived + size, sizeof arrived - size, 0);
    if (got <= 0) { if (got == 0 || errno != EAGAIN) cut(p); else p->held = size; return; }
    size += (size_t)got;
    while (!p->dead && size - at >= 2) {
        size_t head = 2, length = arrived[at + 1] & 127;
        if (length == 126) { if (size - at < 4) break; length = (size_t)(arrived[at + 2] << 8 | arrived[at + 3]); head = 4; }
        else if (length == 127) { cut(p); return; }              /* no frame of the service is so long here */
        if (size - at < head + length) break;
        take(who, arrived[at] & 15, arrived + at + head, length);
        at += head + length;
    }
    if (p->dead || at == size) return;
    if (p->room < size - at) { p->room = size - at + 512; p->rest = realloc(p->rest, p->room); }
    p->held = size - at;
    memcpy(p->rest, arrived + at, p->held);
}

static void wait_for(int64_t ns) {
    static struct epoll_event events[512];
    if (ns < 0) ns = 0;
    if (ns > 50000000) ns = 50000000;
    struct timespec t = { ns / 1000000000, ns % 1000000000 };
    int n = epoll_pwait2(poll_fd, events, 512, &t, NULL);
    for (int i = 0; i < n; i++) {
        person *p = &people[events[i].data.u32];
        if (!p->dead && events[i].events & EPOLLOUT) send_rest(p);
        if (!p->dead && events[i].events & ~(uint32_t)EPOLLOUT) read_from((int)events[i].data.u32);
    }
}

static int by_size(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static double share(uint64_t n, double part) { return n ? lags[(uint64_t)((double)(n - 1) * part)] / 1000.0 : 0; }

static void run(const char *spec, int number) {
    char kind[16];
    double value = 0, warm_s = 0.5, seconds = 3;
    if (sscanf(spec, "%15[a-z]:%lf:%lf:%lf", kind, &value, &warm_s, &seconds) != 4) { fprintf(stderr, "what is %s\n", spec); exit(2); }
    int is_rate = !strcmp(kind, "rate");
    phase = number; window = is_rate ? 0 : (int)value;
    sent = delivered = lost = done = refused = wrong = held_back = 0;
    is_running = 1; is_measuring = 0;
    uint64_t start = now(), measure_at = start + (uint64_t)(warm_s * 1e9), end = measure_at + (uint64_t)(seconds * 1e9);
    uint64_t look_at = start + 500000000, due = start;
    int turn = 0;
    for (int i = 0; i < count; i++) {
        pairs[i].under_way = 0;
        pairs[i].last = start;
        for (int k = 0; k < window; k++) { pairs[i].under_way += say(2 * i, now()); }
    }
    for (;;) {
        uint64_t t = now();
        if (!is_measuring && t >= measure_at) { is_measuring = 1; began_at = t; sent = done = refused = held_back = 0; printf("BEGIN %s\n", spec); }
        if (t >= end) break;
        for (int burst = 0; is_rate && due <= t && burst < 256; burst++) {
            pairs[turn].under_way += say(2 * turn, due);
            turn = (turn + 1) % count;
            due += (uint64_t)(-log(1 - chance()) * 2e9 / value);  /* the listener's answer is the other half */
        }
        for (; t >= look_at; look_at += 500000000)
            for (int i = 0; window && i < count; i++)
                if (pairs[i].under_way && t - pairs[i].last > LOST_NS_S * 1000000000ull) {
                    lost += (uint64_t)pairs[i].under_way;
                    pairs[i].last = t;
                    for (int k = 0; k < pairs[i].under_way; k++) say(2 * i, now());
                }
        uint64_t next = is_measuring ? end : measure_at;
        if (is_rate && due < next) next = due;
        t = now();
        wait_for(next > t ? (int64_t)(next - t) : 0);
    }
    double took = (double)(now() - began_at) / 1e9;
    is_measuring = 0; is_running = 2;
    printf("END %s\n", spec);
    uint64_t give_up = now() + 5000000000ull;
    int left = 1;
    while (now() < give_up && left > 0) {
        wait_for(20000000);
        left = 0;
        for (int i = 0; i < count; i++) if (pairs[i].under_way > 0) left += pairs[i].under_way;
    }
    is_running = 0;
    uint64_t n = delivered < LAG_MAX ? delivered : LAG_MAX;
    qsort(lags, n, sizeof *lags, by_size);
    printf("RESULT {\"phase\":\"%s\",\"secs\":%.3f,\"sent\":%llu,\"delivered\":%llu,\"per_s\":%.1f,\"p50_ms\":%.3f,\"p90_ms\":%.3f,\"p99_ms\":%.3f,"
           "\"max_ms\":%.3f,\"done\":%llu,\"refused\":%llu,\"held_back\":%llu,\"lost\":%llu,\"undrained\":%d,\"errs\":%llu,\"dead\":%d}\n",
        spec, took, (unsigned long long)sent, (unsigned long long)delivered, (double)delivered / took, share(n, .5), share(n, .9), share(n, .99),
        share(n, 1), (unsigned long long)done, (unsigned long long)refused, (unsigned long long)held_back, (unsigned long long)lost, left, (unsigned long long)wrong, dead);
}

int main(int argc, char **argv) {
    char line[256];
    setvbuf(stdout, NULL, _IOLBF, 0);
    poll_fd = epoll_create1(0);
    lags = malloc(LAG_MAX * sizeof *lags);
    while (count < MOST_PAIRS && fgets(line, sizeof line, stdin)) {
        person *seeker = &people[2 * count], *listener = seeker + 1;
        if (sscanf(line, "%d %d %64s", &seeker->fd, &listener->fd, seeker->chat) != 3) { fprintf(stderr, "bad line\n"); return 2; }
        memcpy(listener->chat, seeker->chat, sizeof listener->chat);
        count++;
    }
    for (int i = 0; i < 2 * count; i++) {
        int one = 1, small = 8192; /* what waits in a sender's own buffers would be nobody's latency but the generator's */
        fcntl(people[i].fd, F_SETFL, fcntl(people[i].fd, F_GETFL) | O_NONBLOCK);
        setsockopt(people[i].fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        setsockopt(people[i].fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
        struct epoll_event e = { .events = EPOLLIN, .data.u32 = (uint32_t)i };
        if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, people[i].fd, &e)) { perror("epoll_ctl"); return 2; }
    }
    printf("READY {\"conns\":%d,\"dead\":0,\"secs\":0}\n", 2 * count);
    for (int i = 1; i < argc; i++) run(argv[i], i);
    return 0;
}
