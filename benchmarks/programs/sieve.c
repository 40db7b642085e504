// Memory: the sieve of Eratosthenes, byte by byte.
#include <stdio.h>
#include <string.h>

enum { size = 8 << 20 };
static unsigned char composite[size];

int main(void) {
  unsigned total = 0;
  for (int round = 0; round < 6; ++round) {
    memset(composite, 0, sizeof composite);
    unsigned count = 0;
    for (unsigned i = 2; i < size; ++i) {
      if (composite[i]) continue;
      ++count;
      for (unsigned long long j = (unsigned long long)i * i; j < size; j += i) composite[j] = 1;
    }
    total += count;
  }
  printf("sieve %u\n", total);
  return 0;
}
