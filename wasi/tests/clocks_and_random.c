// Clocks, sleeping, waiting and random numbers. The output is the same every time.
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static int failures;

static void check(int condition, const char* what) {
  printf("%s: %s\n", what, condition ? "yes" : "NO");
  if (!condition) ++failures;
}

static int64_t nanoseconds(clockid_t clock) {
  struct timespec now;
  if (clock_gettime(clock, &now) != 0) return -1;
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int main(void) {
  check(nanoseconds(CLOCK_REALTIME) > 1700000000LL * 1000000000, "it is later than 2023");
  const int64_t first = nanoseconds(CLOCK_MONOTONIC);
  const int64_t second = nanoseconds(CLOCK_MONOTONIC);
  check(first >= 0 && second >= first, "time does not go back");
  struct timespec resolution;
  check(clock_getres(CLOCK_MONOTONIC, &resolution) == 0 &&
            (resolution.tv_sec > 0 || resolution.tv_nsec > 0),
        "clocks tick");

  const int64_t before = nanoseconds(CLOCK_MONOTONIC);
  const struct timespec nap = {0, 30 * 1000000};
  check(nanosleep(&nap, NULL) == 0, "nanosleep");
  const int64_t slept = nanoseconds(CLOCK_MONOTONIC) - before;
  check(slept >= 30 * 1000000LL && slept < 20 * 1000000000LL, "slept as long as asked");

  struct pollfd output = {.fd = 1, .events = POLLOUT};
  check(poll(&output, 1, 1000) == 1 && (output.revents & POLLOUT), "standard output is ready");

  unsigned char one[256], other[256];
  check(getentropy(one, sizeof one) == 0 && getentropy(other, sizeof other) == 0, "getentropy");
  check(memcmp(one, other, sizeof one) != 0, "random bytes differ");
  int different = 0;
  for (size_t i = 1; i < sizeof one; ++i) different += one[i] != one[0];
  check(different > 200, "random bytes vary");
  return failures == 0 ? 0 : 1;
}
