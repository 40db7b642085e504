// Arguments, variables, standard streams and the exit code.
//
//   arguments: one two        variables: AIRLOCK_TEST=value
//   standard input: any lines; they come back numbered
//   exit code: 3
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char** environ;

int main(int argc, char** argv) {
  printf("arguments: %d\n", argc - 1);
  for (int i = 1; i < argc; ++i) printf("  %d: %s\n", i, argv[i]);

  int variables = 0;
  for (char** variable = environ; variable && *variable; ++variable) ++variables;
  printf("variables: %d\n", variables);
  const char* value = getenv("AIRLOCK_TEST");
  printf("AIRLOCK_TEST: %s\n", value ? value : "(not set)");
  printf("HOME: %s\n", getenv("HOME") ? "set" : "not set");

  char line[256];
  int number = 0;
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = '\0';
    printf("%d: %s (%zu bytes)\n", ++number, line, strlen(line));
  }
  printf("lines: %d\n", number);
  printf("standard output is %s\n", isatty(1) ? "a terminal" : "no terminal");
  fflush(stdout);
  fprintf(stderr, "done\n");
  return 3;
}
