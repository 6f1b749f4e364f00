/* Hands over `records` records that all hold `payload`, as fast as they are acknowledged. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int32_t (*send_callback)(uint32_t, uint64_t, const uint8_t *, size_t);

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_t thread;
static send_callback send_batch;
static uint32_t instance;
static uint64_t answered;
static int is_closing;
static uint8_t *data;
static size_t data_bytes;

static uint8_t *put(uint8_t *at, uint64_t value) {
    for (; value >= 0x80; value >>= 7) *at++ = (uint8_t)(value | 0x80);
    *at++ = (uint8_t)value;
    return at;
}

const char *iggy_source_version(void) { return "bench"; }

int32_t iggy_source_open(uint32_t id, const char *config, size_t size, const uint8_t *state,
                         size_t state_size, void *log) {
    char text[8192] = {0};
    (void)state, (void)state_size, (void)log;
    memcpy(text, config, size < sizeof text ? size : sizeof text - 1);
    long records = atol(strstr(text, "\"records\":") + 10);
    const char *payload = strstr(text, "\"hex\":\"") + 7;
    size_t length = strcspn(payload, "\"") / 2;
    uint8_t *at = data = malloc((size_t)records * (length + 16) + 64);
    at = put(put(at, 0), (uint64_t)records); /* JSON */
    for (long row = 0; row < records; row++) {
        memset(at, 0, 5); /* nothing but a payload */
        at = put(at + 5, length);
        for (size_t byte = 0; byte < length; byte++) {
            unsigned value;
            sscanf(payload + 2 * byte, "%2x", &value);
            *at++ = (uint8_t)value;
        }
    }
    memcpy(at, "\1\1s", 3); /* a state */
    data_bytes = (size_t)(at - data) + 3;
    instance = id;
    return 0;
}

static void *run(void *nothing) {
    for (uint64_t number = 1; !is_closing; number++) {
        if (send_batch(instance, number, data, data_bytes) != 0) break;
        pthread_mutex_lock(&mutex);
        while (answered < number && !is_closing) pthread_cond_wait(&changed, &mutex);
        pthread_mutex_unlock(&mutex);
    }
    return nothing;
}

int32_t iggy_source_handle_v2(uint32_t id, send_callback send) {
    (void)id;
    send_batch = send;
    return pthread_create(&thread, NULL, run, NULL) ? -1 : 0;
}

int32_t iggy_source_batch_result(uint32_t id, uint64_t batch, uint8_t verdict) {
    (void)id, (void)verdict;
    pthread_mutex_lock(&mutex);
    answered = batch;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
    return 0;
}

int32_t iggy_source_close(uint32_t id) {
    (void)id;
    pthread_mutex_lock(&mutex);
    is_closing = 1;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
    pthread_join(thread, NULL);
    return 0;
}
