/* What both plugins of the tests need: options by name, numbers as postcard writes them, the log. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_INSTANCES 64
#define TEXT_BYTES 512

typedef void (*log_callback)(uint8_t, const uint8_t *, size_t, const uint8_t *, size_t);

static inline void say(log_callback log, uint8_t level, const char *text) {
    const char *target = "test_plugin::native";
    log(level, (const uint8_t *)target, strlen(target), (const uint8_t *)text, strlen(text));
}

/* Copies the value of a key of flat JSON, text or number; empty where there is none. */
static inline void option(const char *config, size_t size, const char *name, char *value) {
    char text[4096], key[64];
    memcpy(text, config, size < sizeof text - 1 ? size : sizeof text - 1);
    text[size < sizeof text - 1 ? size : sizeof text - 1] = 0;
    snprintf(key, sizeof key, "\"%s\":", name);
    char *start = strstr(text, key);
    value[0] = 0;
    if (start == NULL) return;
    start += strlen(key);
    start += strspn(start, " \"");
    size_t length = strcspn(start, "\",}");
    memcpy(value, start, length);
    value[length] = 0;
}

static inline uint64_t number(const uint8_t **at) {
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
        uint8_t byte = *(*at)++;
        if (shift < 64) value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
    }
}

static inline void put_number(uint8_t **at, uint64_t value) {
    for (; value >= 0x80; value >>= 7) *(*at)++ = (uint8_t)(value | 0x80);
    *(*at)++ = (uint8_t)value;
}

static inline void append(const char *path, const char *line) {
    FILE *file = fopen(path, "a");
    if (file == NULL) return;
    fputs(line, file);
    fflush(file);
    fsync(fileno(file));
    fclose(file);
}
