// Integer: SHA-256 (FIPS 180-4) of a long message, rotations and additions without a library.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint32_t constants[64];

static uint32_t rotate(uint32_t x, int n) { return x >> n | x << (32 - n); }

// The constants are the fractional parts of the cube roots of the first 64 primes.
static void make_constants(void) {
  int count = 0;
  for (uint32_t candidate = 2; count < 64; ++candidate) {
    int prime = 1;
    for (uint32_t d = 2; d * d <= candidate; ++d)
      if (candidate % d == 0) prime = 0;
    if (!prime) continue;
    // floor(cbrt(candidate) * 2^32), by bisection, without 128-bit arithmetic
    double low = 0, high = 16;
    for (int i = 0; i < 80; ++i) {
      double middle = (low + high) / 2;
      if (middle * middle * middle <= candidate)
        low = middle;
      else
        high = middle;
    }
    constants[count++] = (uint32_t)((low - (double)(uint32_t)low) * 4294967296.0);
  }
}

static void compress(uint32_t state[8], const uint8_t block[64]) {
  uint32_t w[64];
  for (int i = 0; i < 16; ++i)
    w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
           (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
  for (int i = 16; i < 64; ++i) {
    uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[i - 7] +
           (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
  }
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (int i = 0; i < 64; ++i) {
    uint32_t t1 = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) +
                  constants[i] + w[i];
    uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

int main(void) {
  make_constants();
  uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  uint8_t block[64];
  for (int round = 0; round < 150000; ++round) {
    memset(block, round & 0xff, sizeof block);
    compress(state, block);
  }
  printf("sha256 %08x%08x\n", state[0], state[7]);
  return 0;
}
