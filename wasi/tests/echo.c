// Copies standard input to standard output through a buffer of odd size: for large amounts, slow
// writers and readers that go away.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void) {
  static char buffer[70001];
  long long total = 0;
  for (;;) {
    const ssize_t count = read(0, buffer, sizeof buffer);
    if (count < 0) {
      fprintf(stderr, "read: %s\n", strerror(errno));
      return 1;
    }
    if (count == 0) break;
    for (ssize_t done = 0; done < count;) {
      const ssize_t written = write(1, buffer + done, (size_t)(count - done));
      if (written < 0) {
        fprintf(stderr, "write: %s\n", strerror(errno));
        return 1;
      }
      done += written;
    }
    total += count;
  }
  fprintf(stderr, "%lld bytes\n", total);
  return 0;
}
