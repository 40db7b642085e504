// Searches a text for a byte, again and again from after the place where it was found.
#include <stdint.h>
#include <stdio.h>
#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

enum { length = 256 * 1024, rounds = 80 };

static uint8_t text[length + 16];

/// The position of the first `byte` at or after a position; `length` if there is none.
#ifdef __wasm_simd128__
static int find(int from, uint8_t byte) {
  const v128_t wanted = wasm_i8x16_splat((int8_t)byte);
  for (int i = from; i < length; i += 16) {
    const v128_t found = wasm_i8x16_eq(wasm_v128_load(text + i), wanted);
    if (wasm_v128_any_true(found)) {
      const int position = i + __builtin_ctz(wasm_i8x16_bitmask(found));
      return position < length ? position : length;
    }
  }
  return length;
}
#else
static int find(int from, uint8_t byte) {
  for (int i = from; i < length; ++i)
    if (text[i] == byte) return i;
  return length;
}
#endif

int main(void) {
  uint32_t state = 1;
  for (int i = 0; i < length; ++i) {
    state = state * 1664525 + 1013904223;
    text[i] = (uint8_t)('a' + (state >> 24) % 26);
    if (i % 997 == 0) text[i] = '\n';
  }
  uint32_t sum = 0;
  for (int round = 0; round < rounds; ++round)
    for (int i = find(0, '\n'); i < length; i = find(i + 1, '\n')) sum = sum * 31 + (uint32_t)i;
  printf("search %u\n", sum);
}
