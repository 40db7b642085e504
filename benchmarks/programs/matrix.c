// Floating point and memory: dense matrix products in double precision.
#include <stdio.h>

enum { n = 240 };
static double a[n][n], b[n][n], c[n][n];

int main(void) {
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      a[i][j] = (i * 7 + j * 3) % 11 - 5;
      b[i][j] = (i * 5 + j * 13) % 17 - 8;
    }
  double trace = 0;
  for (int round = 0; round < 6; ++round) {
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j) {
        double sum = 0;
        for (int k = 0; k < n; ++k) sum += a[i][k] * b[k][j];
        c[i][j] = sum;
      }
    for (int i = 0; i < n; ++i) trace += c[i][(i + round) % n];
  }
  printf("matrix %.1f\n", trace);
  return 0;
}
