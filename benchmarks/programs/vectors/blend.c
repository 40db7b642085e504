// Adds a fraction of one picture to another, saturating: target += source * weight / 256, of bytes.
#include <stdint.h>
#include <stdio.h>
#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

enum { length = 64 * 1024, rounds = 250 };

static uint8_t target[length], source[length];

#ifdef __wasm_simd128__
static void blend(uint8_t* to, const uint8_t* from, int weight) {
  const v128_t weights = wasm_i16x8_splat((int16_t)weight);
  for (int i = 0; i < length; i += 16) {
    const v128_t x = wasm_v128_load(from + i);
    const v128_t low = wasm_u16x8_shr(wasm_i16x8_mul(wasm_u16x8_extend_low_u8x16(x), weights), 8);
    const v128_t high = wasm_u16x8_shr(wasm_i16x8_mul(wasm_u16x8_extend_high_u8x16(x), weights), 8);
    const v128_t part = wasm_u8x16_narrow_i16x8(low, high);
    wasm_v128_store(to + i, wasm_u8x16_add_sat(wasm_v128_load(to + i), part));
  }
}
#else
static void blend(uint8_t* to, const uint8_t* from, int weight) {
  for (int i = 0; i < length; ++i) {
    const unsigned sum = to[i] + (from[i] * (unsigned)weight >> 8);
    to[i] = (uint8_t)(sum > 255 ? 255 : sum);
  }
}
#endif

int main(void) {
  uint32_t state = 1;
  for (int i = 0; i < length; ++i) {
    state = state * 1664525 + 1013904223;
    source[i] = (uint8_t)(state >> 24);
  }
  uint32_t sum = 0;
  for (int round = 0; round < rounds; ++round) {
    blend(target, source, round % 40);
    sum = sum * 31 + target[round * 257 % length];
    if (round % 25 == 24)
      for (int i = 0; i < length; i += 3) target[i] = (uint8_t)(target[i] / 2);
  }
  printf("blend %u\n", sum);
}
