// The dot product of two vectors of floats. The numbers are small integers, so that the sum is
// exact in any order.
#include <stdio.h>
#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

enum { length = 4096, rounds = 10000 };

static float a[length], b[length];

#ifdef __wasm_simd128__
static float dot(const float* x, const float* y) {
  v128_t sum = wasm_f32x4_const_splat(0);
  for (int i = 0; i < length; i += 4)
    sum = wasm_f32x4_add(sum, wasm_f32x4_mul(wasm_v128_load(x + i), wasm_v128_load(y + i)));
  return wasm_f32x4_extract_lane(sum, 0) + wasm_f32x4_extract_lane(sum, 1) +
         wasm_f32x4_extract_lane(sum, 2) + wasm_f32x4_extract_lane(sum, 3);
}
#else
static float dot(const float* x, const float* y) {
  float sum = 0;
  for (int i = 0; i < length; ++i) sum += x[i] * y[i];
  return sum;
}
#endif

int main(void) {
  for (int i = 0; i < length; ++i) {
    a[i] = (float)(i % 7);
    b[i] = (float)(i % 5) - 2;
  }
  double total = 0;
  for (int round = 0; round < rounds; ++round) {
    a[round % length] = (float)(round % 11);
    total += dot(a, b);
  }
  printf("dot %.0f\n", total);
}
