/* A source of numbers in order, whose state is the next number as text.

   Like most of the reference's sources it moves on in `poll`, whatever becomes of the batch.
   Options: `end`, `batch` (numbers at a time), `verdicts` (a file for a line `batch verdict` each),
   `garbage` (the number of the batch that cannot be read) and `crash_at` (a number). */
#include <pthread.h>

#include "plugin.h"

typedef int32_t (*send_callback)(uint32_t, uint64_t, const uint8_t *, size_t);

struct source {
    uint32_t id;
    int is_open, is_closing, verdict;
    log_callback log;
    send_callback send;
    pthread_t thread;
    uint64_t next, end, batch, garbage, crash_at, pending;
    char verdicts[TEXT_BYTES];
};

static struct source sources[MOST_INSTANCES];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static struct source *find(uint32_t id) {
    for (int at = 0; at < MOST_INSTANCES; at++)
        if (sources[at].is_open && sources[at].id == id) return &sources[at];
    return NULL;
}

static uint64_t whole(const char *config, size_t size, const char *name) {
    char value[TEXT_BYTES];
    option(config, size, name, value);
    return strtoull(value, NULL, 10);
}

const char *iggy_source_version(void) { return "4.5.6-test"; }

int32_t iggy_source_open(uint32_t id, const char *config, size_t size, const char *state,
                         size_t state_size, log_callback log) {
    struct source *source = NULL;
    for (int at = 0; at < MOST_INSTANCES && source == NULL; at++)
        if (!sources[at].is_open) source = &sources[at];
    if (source == NULL || find(id) != NULL) return -1;
    memset(source, 0, sizeof *source);
    char text[32] = "0";
    if (state != NULL) memcpy(text, state, state_size < 31 ? state_size : 31);
    source->next = strtoull(text, NULL, 10);
    source->end = whole(config, size, "end");
    source->batch = whole(config, size, "batch");
    source->garbage = whole(config, size, "garbage");
    source->crash_at = whole(config, size, "crash_at");
    option(config, size, "verdicts", source->verdicts);
    if (source->batch == 0) return -1;
    source->id = id;
    source->is_open = 1;
    source->log = log;
    say(log, 2, "opened");
    return 0;
}

static size_t produce(struct source *source, uint8_t *data) {
    uint64_t last = source->next + source->batch;
    if (last > source->end) last = source->end;
    uint8_t *at = data;
    put_number(&at, 0); /* JSON */
    put_number(&at, last - source->next);
    char text[32];
    for (; source->next < last; source->next++) {
        if (source->crash_at && source->next == source->crash_at) *(volatile int *)0 = 1;
        memset(at, 0, 5); /* no id, checksum, times, headers */
        at += 5;
        int length = snprintf(text, sizeof text, "%llu", (unsigned long long)source->next);
        put_number(&at, (uint64_t)length);
        memcpy(at, text, (size_t)length);
        at += length;
    }
    int length = snprintf(text, sizeof text, "%llu", (unsigned long long)last);
    put_number(&at, 1); /* there is a state */
    put_number(&at, (uint64_t)length);
    memcpy(at, text, (size_t)length);
    return (size_t)(at - data) + (size_t)length;
}

static void *run(void *argument) {
    struct source *source = argument;
    uint8_t *data = malloc(source->batch * 40 + 64);
    uint64_t number = 0;
    pthread_mutex_lock(&mutex);
    while (!source->is_closing) {
        if (source->next >= source->end) {
            pthread_cond_wait(&changed, &mutex);
            continue;
        }
        number++;
        size_t size = produce(source, data);
        if (number == source->garbage) data[0] = 0x7f;
        source->pending = number;
        source->verdict = -1;
        pthread_mutex_unlock(&mutex);
        int32_t result = source->send(source->id, number, data, size);
        pthread_mutex_lock(&mutex);
        while (result == 0 && source->verdict < 0 && !source->is_closing)
            pthread_cond_wait(&changed, &mutex);
        source->pending = 0;
        if (source->verdicts[0]) {
            char line[64];
            snprintf(line, sizeof line, "%llu %d\n", (unsigned long long)number,
                     result ? 2 : source->verdict);
            append(source->verdicts, line);
        }
    }
    pthread_mutex_unlock(&mutex);
    free(data);
    return NULL;
}

int32_t iggy_source_handle_v2(uint32_t id, send_callback send) {
    struct source *source = find(id);
    if (source == NULL) return -1;
    source->send = send;
    return pthread_create(&source->thread, NULL, run, source) ? -1 : 0;
}

int32_t iggy_source_batch_result(uint32_t id, uint64_t batch, uint8_t verdict) {
    struct source *source = find(id);
    int32_t result = -1;
    pthread_mutex_lock(&mutex);
    if (source != NULL && source->pending == batch) {
        source->verdict = verdict;
        result = 0;
        pthread_cond_broadcast(&changed);
    }
    pthread_mutex_unlock(&mutex);
    return result;
}

int32_t iggy_source_close(uint32_t id) {
    struct source *source = find(id);
    if (source == NULL) return -1;
    pthread_mutex_lock(&mutex);
    source->is_closing = 1;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
    if (source->send != NULL) pthread_join(source->thread, NULL);
    say(source->log, 2, "closed");
    source->is_open = 0;
    return 0;
}
