// A machine whose states are functions that end in tail calls: ten million steps, constant stack.
#include <stdio.h>

typedef unsigned State(unsigned steps, unsigned sum);
static State even, odd, third;
static State* const states[] = {even, odd, third};
#define NEXT(sum) __attribute__((musttail)) return states[(sum) % 3](steps - 1, (sum))

static unsigned even(unsigned steps, unsigned sum) {
  if (steps == 0) return sum;
  NEXT(sum * 3 + 1);
}
static unsigned odd(unsigned steps, unsigned sum) {
  if (steps == 0) return ~sum;
  if (sum & 64) __attribute__
    ((musttail)) return even(steps - 1, sum ^ steps);
  NEXT(sum + 7);
}
static unsigned third(unsigned steps, unsigned sum) {
  if (steps == 0) return sum ^ 0x55555555;
  NEXT((sum >> 5) + steps * 2654435761u);
}

int main(void) {
  printf("%u %u\n", even(10, 1), odd(10000000, 2));
  return 0;
}
