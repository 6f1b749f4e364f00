/* A sink that writes down what it got, a line `[partition, [offsets], [payloads]]` for each batch.

   Options: `record` (that file), `failure` (a file with the result to return instead, while it is
   there) and `crash_on` (a payload that it does not survive). `open_result` is what open returns. */
#include "plugin.h"

struct sink {
    uint32_t id;
    int is_open;
    log_callback log;
    char record[TEXT_BYTES], failure[TEXT_BYTES], crash_on[TEXT_BYTES];
};

static struct sink sinks[MOST_INSTANCES];

static struct sink *find(uint32_t id) {
    for (int at = 0; at < MOST_INSTANCES; at++)
        if (sinks[at].is_open && sinks[at].id == id) return &sinks[at];
    return NULL;
}

const char *iggy_sink_version(void) { return "1.2.3-test"; }

int32_t iggy_sink_open(uint32_t id, const char *config, size_t size, log_callback log) {
    char result[TEXT_BYTES];
    struct sink *sink = NULL;
    for (int at = 0; at < MOST_INSTANCES && sink == NULL; at++)
        if (!sinks[at].is_open) sink = &sinks[at];
    if (sink == NULL || find(id) != NULL) return -1;
    option(config, size, "record", sink->record);
    option(config, size, "failure", sink->failure);
    option(config, size, "crash_on", sink->crash_on);
    option(config, size, "open_result", result);
    if (sink->record[0] == 0) return -1;
    sink->id = id;
    sink->is_open = 1;
    sink->log = log;
    say(log, 2, "opened");
    return atoi(result);
}

int32_t iggy_sink_consume(uint32_t id, const uint8_t *topic, size_t topic_size,
                          const uint8_t *facts, size_t facts_size, const uint8_t *messages,
                          size_t messages_size) {
    struct sink *sink = find(id);
    (void)topic, (void)topic_size, (void)facts_size;
    if (sink == NULL) return -1;
    FILE *failure = sink->failure[0] ? fopen(sink->failure, "r") : NULL;
    if (failure != NULL) {
        int result = 1;
        if (fscanf(failure, "%d", &result) != 1) result = 1;
        fclose(failure);
        say(sink->log, 4, "the target is down");
        return result;
    }
    const uint8_t *at = messages;
    number(&at); /* schema */
    uint64_t count = number(&at);
    size_t room = messages_size * 4 + 100;
    char *offsets = calloc(1, room), *values = calloc(1, room), *line = calloc(2, room);
    size_t offsets_end = 0, values_end = 0;
    for (uint64_t row = 0; row < count; row++) {
        number(&at); /* id */
        uint64_t offset = number(&at);
        for (int field = 0; field < 3; field++) number(&at); /* checksum and two times */
        uint64_t headers = number(&at);
        at += headers;
        uint64_t length = number(&at);
        if (sink->crash_on[0] && length == strlen(sink->crash_on) &&
            memcmp(at, sink->crash_on, length) == 0)
            *(volatile int *)0 = 1;
        const char *comma = row ? ", " : "";
        offsets_end += (size_t)sprintf(offsets + offsets_end, "%s%llu", comma,
                                       (unsigned long long)offset);
        values_end += (size_t)sprintf(values + values_end, "%s%.*s", comma, (int)length,
                                      (const char *)at);
        at += length;
    }
    sprintf(line, "[%llu, [%s], [%s]]\n", (unsigned long long)number(&facts), offsets, values);
    append(sink->record, line);
    free(offsets), free(values), free(line);
    return 0;
}

int32_t iggy_sink_close(uint32_t id) {
    struct sink *sink = find(id);
    if (sink == NULL) return -1;
    say(sink->log, 2, "closed");
    sink->is_open = 0;
    return 0;
}
