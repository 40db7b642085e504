// Calls and memory: sorting with a comparison through a function pointer (call_indirect).
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef int (*comparison)(const void*, const void*);

static int ascending(const void* a, const void* b) {
  uint32_t x = *(const uint32_t*)a, y = *(const uint32_t*)b;
  return (x > y) - (x < y);
}
static int descending(const void* a, const void* b) { return ascending(b, a); }

static void sort(uint32_t* first, uint32_t* last, comparison compare) {
  while (last - first > 1) {
    uint32_t pivot = first[(last - first) / 2];
    uint32_t *low = first, *high = last - 1;
    while (low <= high) {
      while (compare(low, &pivot) < 0) ++low;
      while (compare(high, &pivot) > 0) --high;
      if (low <= high) {
        uint32_t swap = *low;
        *low++ = *high;
        *high-- = swap;
      }
    }
    if (high + 1 - first < last - low) {
      sort(first, high + 1, compare);
      first = low;
    } else {
      sort(low, last, compare);
      last = high + 1;
    }
  }
}

int main(void) {
  enum { count = 400000 };
  uint32_t* values = malloc(count * sizeof *values);
  uint32_t seed = 12345, checksum = 0;
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < count; ++i) values[i] = (seed = seed * 1664525u + 1013904223u);
    sort(values, values + count, round % 2 ? descending : ascending);
    for (int i = 1; i < count; ++i) checksum += values[i] ^ values[i - 1] * (uint32_t)i;
  }
  printf("quicksort %u\n", checksum);
  free(values);
  return 0;
}
