// Bytes and hashes: LZ77 with a hash table, compression and decompression.
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { size = 1 << 20, buckets = 1 << 14 };
static uint8_t input[size], packed[size * 2], output[size];
static uint32_t last_seen[buckets];

static uint32_t read32(const uint8_t* p) {
  uint32_t v;
  memcpy(&v, p, 4);
  return v;
}

static size_t pack(const uint8_t* in, size_t length, uint8_t* out) {
  uint8_t* start = out;
  memset(last_seen, 0, sizeof last_seen);
  size_t i = 0;
  while (i < length) {
    size_t match = 0, distance = 0;
    if (i + 4 < length) {
      uint32_t* slot = &last_seen[read32(in + i) * 2654435761u >> 18];
      size_t candidate = *slot;
      *slot = (uint32_t)i;
      if (candidate < i && i - candidate < 65536) {
        while (i + match < length && match < 255 && in[candidate + match] == in[i + match]) ++match;
        distance = i - candidate;
      }
    }
    if (match >= 4) {
      *out++ = 1;
      *out++ = (uint8_t)match;
      *out++ = (uint8_t)distance;
      *out++ = (uint8_t)(distance >> 8);
      i += match;
    } else {
      *out++ = 0;
      *out++ = in[i++];
    }
  }
  return (size_t)(out - start);
}

static size_t unpack(const uint8_t* in, size_t length, uint8_t* out) {
  uint8_t* start = out;
  for (const uint8_t* end = in + length; in < end;) {
    if (*in++) {
      size_t match = in[0], distance = in[1] | in[2] << 8;
      in += 3;
      for (; match; --match, ++out) *out = out[-(ptrdiff_t)distance];
    } else {
      *out++ = *in++;
    }
  }
  return (size_t)(out - start);
}

int main(void) {
  static const char* words[] = {"air",    "lock",   "wasm",   "component",
                                "import", "export", "memory", "trap"};
  uint32_t seed = 7;
  size_t filled = 0;
  while (filled + 16 < size) {
    seed = seed * 1103515245u + 12345u;
    const char* word = words[seed >> 16 & 7];
    size_t length = strlen(word);
    memcpy(input + filled, word, length);
    filled += length;
    input[filled++] = (uint8_t)(seed >> 20 & 3 ? ' ' : seed >> 24);
  }
  size_t total = 0, mismatches = 0;
  for (int round = 0; round < 12; ++round) {
    size_t length = pack(input, filled, packed);
    mismatches += unpack(packed, length, output) != filled || memcmp(input, output, filled) != 0;
    total += length;
    input[round * 1000] ^= 0x55;
  }
  printf("compress %zu %zu\n", total, mismatches);
  return 0;
}
