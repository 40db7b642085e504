// Reading, writing, listing and renaming below a granted directory, and what is not granted.
//
//   argument: the guest's name of an empty granted directory (default /data)
//   exit code: 0 if all went as it should; the output says what happened
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int failures;

static void check(int condition, const char* what) {
  printf("%s: %s\n", what, condition ? "yes" : "NO");
  if (!condition) ++failures;
}

// For calls that must fail with a certain error.
static void check_errno(int result, int expected, const char* what) {
  const int error = errno;
  if (result != -1) {
    printf("%s: UNEXPECTED SUCCESS\n", what);
    ++failures;
  } else if (error != expected) {
    printf("%s: %s instead of", what, strerror(error));
    printf(" %s\n", strerror(expected));
    ++failures;
  } else {
    printf("%s: %s\n", what, strerror(error));
  }
}

static int compare(const void* left, const void* right) {
  return strcmp(*(char* const*)left, *(char* const*)right);
}

static void list(const char* path) {
  char* names[64];
  int count = 0;
  DIR* directory = opendir(path);
  if (!directory) {
    printf("list: %s\n", strerror(errno));
    ++failures;
    return;
  }
  for (struct dirent* entry; count < 64 && (entry = readdir(directory));) {
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
      names[count++] = strdup(entry->d_name);
    }
  }
  closedir(directory);
  qsort(names, count, sizeof *names, compare);
  printf("list:");
  for (int i = 0; i < count; ++i) printf(" %s", names[i]);
  printf("\n");
}

static void write_and_read(void) {
  FILE* file = fopen("hello.txt", "w");
  check(file != NULL, "create");
  if (!file) exit(1);
  for (int i = 0; i < 1000; ++i) fprintf(file, "line %d\n", i);
  check(fclose(file) == 0, "close");

  struct stat status;
  check(stat("hello.txt", &status) == 0 && S_ISREG(status.st_mode), "stat");
  printf("size: %lld\n", (long long)status.st_size);

  file = fopen("hello.txt", "r");
  char line[64];
  int lines = 0;
  while (fgets(line, sizeof line, file)) ++lines;
  printf("lines: %d\n", lines);
  check(fseek(file, -9, SEEK_END) == 0 && fgets(line, sizeof line, file) != NULL, "seek");
  printf("last: %s", line);
  fclose(file);

  file = fopen("hello.txt", "a");
  fputs("appended\n", file);
  fclose(file);
  stat("hello.txt", &status);
  printf("size: %lld\n", (long long)status.st_size);

  const int fd = open("hello.txt", O_RDWR);
  check(pwrite(fd, "LINE", 4, 7) == 4, "pwrite");
  char buffer[16] = {0};
  check(pread(fd, buffer, 14, 0) == 14, "pread");
  printf("begin: %s", buffer);
  check(ftruncate(fd, 7) == 0, "truncate");
  check(lseek(fd, 0, SEEK_END) == 7, "end");
  check(close(fd) == 0, "close");
}

static void names(void) {
  check(mkdir("directory", 0777) == 0, "mkdir");
  check_errno(mkdir("directory", 0777), EEXIST, "mkdir again");
  check(rename("hello.txt", "directory/moved.txt") == 0, "rename");
  check_errno(open("hello.txt", O_RDONLY), ENOENT, "old name");
  list(".");
  list("directory");
  check(symlink("directory/moved.txt", "link") == 0, "symlink");
  char target[64] = {0};
  check(readlink("link", target, sizeof target - 1) > 0, "readlink");
  printf("target: %s\n", target);
  struct stat status;
  check(stat("link", &status) == 0 && S_ISREG(status.st_mode), "follow");
  check(lstat("link", &status) == 0 && S_ISLNK(status.st_mode), "do not follow");
  check(link("directory/moved.txt", "second") == 0, "link");
  check(stat("second", &status) == 0 && status.st_nlink == 2, "two names");
  check_errno(rmdir("directory"), ENOTEMPTY, "rmdir");
  check_errno(unlink("missing"), ENOENT, "unlink");
  check_errno(open("link/below", O_RDONLY), ENOTDIR, "below a file");
  check(unlink("link") == 0 && unlink("second") == 0, "unlink all");
  const struct timespec times[2] = {{1000, 0}, {2000, 5000}};
  check(utimensat(AT_FDCWD, "directory/moved.txt", times, 0) == 0, "set times");
  check(stat("directory/moved.txt", &status) == 0 && status.st_mtim.tv_sec == 2000, "times");
  check(unlink("directory/moved.txt") == 0 && rmdir("directory") == 0, "remove");
  list(".");
}

// A place in a directory is a `long`, which has 32 bits here.
static void places(void) {
  check(mkdir("many", 0777) == 0, "mkdir many");
  for (int i = 0; i < 40; ++i) {
    char name[32];
    snprintf(name, sizeof name, "many/%d", i);
    close(open(name, O_CREAT | O_WRONLY, 0666));
  }
  DIR* directory = opendir("many");
  check(directory != NULL, "opendir many");
  if (!directory) return;
  long place = 0;
  char expected[32] = "";
  for (int i = 0; i < 42; ++i) {
    if (i == 20) place = telldir(directory);
    const struct dirent* entry = readdir(directory);
    check(entry != NULL, "entry");
    if (entry && i == 20) snprintf(expected, sizeof expected, "%s", entry->d_name);
  }
  check(readdir(directory) == NULL, "end of many");
  seekdir(directory, place);
  const struct dirent* again = readdir(directory);
  check(again != NULL && strcmp(again->d_name, expected) == 0, "seekdir");
  rewinddir(directory);
  int count = 0;
  for (const struct dirent* entry; (entry = readdir(directory)) != NULL;) {
    if (entry->d_name[0] == '.') continue;
    check(unlinkat(dirfd(directory), entry->d_name, 0) == 0, "unlink while reading");
    ++count;
  }
  printf("removed: %d\n", count);
  closedir(directory);
  check(rmdir("many/") == 0, "rmdir many");
}

static void truncating(void) {
  FILE* file = fopen("full", "w");
  fputs("full", file);
  fclose(file);
  const int fd = open("full", O_RDONLY | O_TRUNC);
  struct stat status;
  check(fd >= 0 && fstat(fd, &status) == 0 && status.st_size == 0, "truncate when opening");
  close(fd);
  check(unlink("full") == 0, "unlink full");
}

static void escapes(void) {
  check(symlink("../..", "out") == 0, "link out");
  check_errno(open("out/etc/passwd", O_RDONLY), EPERM, "through the link");
  check(unlink("out") == 0, "unlink it");
  check_errno(symlink("/etc/passwd", "absolute"), EPERM, "absolute link");
  check(open("/etc/passwd", O_RDONLY) == -1, "no /etc/passwd");
  check(opendir("/") == NULL, "no /");
}

int main(int argc, char** argv) {
  const char* root = argc > 1 ? argv[1] : "/data";
  if (chdir(root) != 0) {
    printf("chdir %s: %s\n", root, strerror(errno));
    return 1;
  }
  write_and_read();
  names();
  places();
  truncating();
  escapes();
  printf("failures: %d\n", failures);
  return failures == 0 ? 0 : 1;
}
