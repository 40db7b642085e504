// Calls: doubly recursive Fibonacci numbers.
#include <stdio.h>

static unsigned __attribute__((noinline)) fibonacci(unsigned n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

int main(void) {
  printf("fibonacci %u\n", fibonacci(36));
  return 0;
}
