// Branches: a small register machine, interpreted with a switch, that runs Collatz sequences.
#include <stdint.h>
#include <stdio.h>

enum { load, add, shift, odd, triple, jump_if, jump_unless, jump, compare, halt };
struct instruction {
  uint8_t code, a, b;
  int16_t target;
};

static const struct instruction program[] = {
    {load, 1, 0, 0},                        // steps = 0
    {compare, 2, 0, 1},                     // r2 = (n == 1)
    {jump_if, 2, 0, 9},                     // done
    {odd, 2, 0, 0},                         // r2 = n & 1
    {jump_if, 2, 0, 7}, {shift, 0, 0, 0},   // n >>= 1
    {jump, 0, 0, 8},    {triple, 0, 0, 0},  // n = 3 n + 1
    {add, 1, 0, 1},                         // ++steps; falls through to the next test
    {halt, 0, 0, 0},
};

static uint64_t run(uint64_t n) {
  uint64_t r[4] = {n, 0, 0, 0};
  for (int pc = 0;;) {
    const struct instruction* i = &program[pc++];
    switch (i->code) {
      case load:
        r[i->a] = i->target;
        break;
      case add:
        r[i->a] += i->target;
        pc = 1;
        break;
      case shift:
        r[i->a] >>= 1;
        break;
      case odd:
        r[i->a] = r[i->b] & 1;
        break;
      case triple:
        r[i->a] = 3 * r[i->a] + 1;
        break;
      case compare:
        r[i->a] = r[i->b] == (uint64_t)i->target;
        break;
      case jump_if:
        if (r[i->a]) pc = i->target;
        break;
      case jump_unless:
        if (!r[i->a]) pc = i->target;
        break;
      case jump:
        pc = i->target;
        break;
      default:
        return r[1];
    }
  }
}

int main(void) {
  uint64_t total = 0;
  for (uint64_t n = 1; n < 60000; ++n) total += run(n);
  printf("machine %llu\n", (unsigned long long)total);
  return 0;
}
