// Loops that a compiler turns into vector instructions. Prints one checksum per kernel; the program
// prints the same numbers when built natively, with and without vectors.
#include <stdint.h>
#include <stdio.h>

enum { count = 4096 };
static uint8_t bytes[count], other_bytes[count];
static int16_t shorts[count], other_shorts[count];
static int32_t words[count], other_words[count];
static int64_t longs[count];
static float floats[count], other_floats[count];
static double doubles[count], other_doubles[count];

static uint32_t state = 2463534242u;
static uint32_t next(void) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

static uint64_t checksum(const void* data, size_t size) {
  uint64_t hash = 14695981039346656037u;
  for (size_t i = 0; i < size; ++i) hash = (hash ^ ((const uint8_t*)data)[i]) * 1099511628211u;
  return hash;
}
#define SHOW(array) \
  printf("%-12s %016llx\n", name, (unsigned long long)checksum(array, sizeof array))

__attribute__((noinline)) static void kernel(int number) {
  switch (number) {
    case 0:
      for (int i = 0; i < count; ++i) bytes[i] = (uint8_t)((bytes[i] + other_bytes[i] + 1) >> 1);
      break;
    case 1:
      for (int i = 0; i < count; ++i) {
        int sum = bytes[i] + other_bytes[i];
        bytes[i] = (uint8_t)(sum > 255 ? 255 : sum);
      }
      break;
    case 2:
      for (int i = 0; i < count; ++i) shorts[i] = (int16_t)(shorts[i] * other_shorts[i] - 7);
      break;
    case 3:
      for (int i = 0; i < count; ++i)
        shorts[i] = shorts[i] < other_shorts[i] ? other_shorts[i] : shorts[i];
      break;
    case 4:
      for (int i = 0; i < count; ++i) words[i] = words[i] * other_words[i] ^ (words[i] >> 3);
      break;
    case 5:
      for (int i = 0; i < count; ++i) words[i] += shorts[i] * other_shorts[i];
      break;
    case 6:
      for (int i = 0; i < count; ++i) longs[i] = (longs[i] << 5) + words[i];
      break;
    case 7:
      for (int i = 0; i < count; ++i) floats[i] = floats[i] * other_floats[i] + 0.5f;
      break;
    case 8:
      for (int i = 0; i < count; ++i)
        floats[i] = floats[i] < other_floats[i] ? floats[i] : -other_floats[i];
      break;
    case 9:
      for (int i = 0; i < count; ++i)
        doubles[i] = doubles[i] / (other_doubles[i] + 3.0) - floats[i];
      break;
    case 10:
      for (int i = 0; i < count; ++i) words[i] = (int32_t)doubles[i];
      break;
    case 11:
      for (int i = 0; i < count; ++i) doubles[i] = __builtin_floor(doubles[i] * words[i]);
      break;
    default:
      break;
  }
}

int main(void) {
  for (int i = 0; i < count; ++i) {
    bytes[i] = (uint8_t)next(), other_bytes[i] = (uint8_t)next();
    shorts[i] = (int16_t)next(), other_shorts[i] = (int16_t)next();
    words[i] = (int32_t)next(), other_words[i] = (int32_t)next();
    longs[i] = (int64_t)next() << 20;
    floats[i] = (float)(next() % 2000) / 16 - 60, other_floats[i] = (float)(next() % 100) / 8;
    doubles[i] = (double)(next() % 100000) / 32, other_doubles[i] = (double)(next() % 1000);
  }
  for (int number = 0; number < 12; ++number) {
    char name[16];
    snprintf(name, sizeof name, "kernel %d", number);
    kernel(number);
    SHOW(bytes);
    SHOW(shorts);
    SHOW(words);
    SHOW(longs);
    SHOW(floats);
    SHOW(doubles);
  }
  return 0;
}
