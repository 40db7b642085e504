// C++ exceptions in all forms that compile to different code. Prints the same on every platform.
// With an argument it ends with an uncaught exception.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

struct Trace {
  explicit Trace(const char* text) : name(text) {}
  ~Trace() { std::printf("  ~%s\n", name); }
  const char* name;
};

struct Base {
  virtual ~Base() = default;
  [[nodiscard]] virtual int number() const { return 1; }
};
struct Other {
  virtual ~Other() = default;
  int other = 77;
};
struct Derived : Other, Base {
  [[nodiscard]] int number() const override { return 2; }
};
struct Big {
  double values[64];
};

[[gnu::noinline]] void throw_kind(int kind) {
  const Trace trace("thrower");
  switch (kind) {
    case 0:
      throw 42;
    case 1:
      throw "text";
    case 2:
      throw Derived();
    case 3:
      throw std::out_of_range("beyond");
    case 4:
      throw std::string("a string that is too long to lie in its object itself");
    case 5: {
      Big big{};
      big.values[63] = 0.5;
      throw big;
    }
    case 6:
      throw new Derived();
    default:
      return;
  }
}

void catch_kind(int kind) {
  const Trace trace("catcher");
  try {
    throw_kind(kind);
    std::puts("nothing");
  } catch (int number) {
    std::printf("int %d\n", number);
  } catch (const char* text) {
    std::printf("text %s\n", text);
  } catch (const Base& base) {
    std::printf("base %d\n", base.number());
  } catch (const std::logic_error& error) {
    std::printf("logic error: %s\n", error.what());
  } catch (const std::string& text) {
    std::printf("string %s\n", text.c_str());
  } catch (const Base* base) {
    std::printf("pointer %d\n", base->number());
    delete base;
  } catch (...) {
    std::puts("something else");
  }
}

void rethrow(int depth) {
  const Trace trace(depth % 2 == 0 ? "even" : "odd");
  try {
    if (depth == 0) throw std::runtime_error("from the bottom");
    rethrow(depth - 1);
  } catch (const std::runtime_error&) {
    try {
      throw depth;  // another one, inside the handler
    } catch (int inner) {
      std::printf("inner %d\n", inner);
    }
    if (depth < 3) throw;
    throw std::logic_error("changed");
  }
}

int parse(const std::vector<std::string>& words, std::size_t at) { return std::stoi(words.at(at)); }

[[gnu::noinline]] int deep(int n) {
  const std::unique_ptr<int> guard(new int(n));
  if (n == 0) throw std::range_error("deep");
  return deep(n - 1) + *guard;
}

struct Throwing {
  explicit Throwing(int n) : before("member") {
    if (n > 1) throw n;
  }
  Trace before;
};

void run() {
  for (int kind = 0; kind < 8; ++kind) catch_kind(kind);
  try {
    rethrow(5);
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
  }
  try {
    parse({"1", "2"}, 5);
  } catch (const std::out_of_range&) {
    std::puts("out of range");
  }
  try {
    (void)deep(5000);
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
  }
  try {
    const Throwing fine(1);
    const Throwing array[] = {Throwing(0), Throwing(1), Throwing(2)};
  } catch (int n) {
    std::printf("constructor %d\n", n);
  }
  // Many in a row, through a std::function, with locals that change on the way.
  long long sum = 0;
  std::map<int, std::function<void(int)>> actions;
  actions[0] = [](int n) { throw n; };
  actions[1] = [](int n) { throw static_cast<double>(n) / 2; };
  actions[2] = [&sum](int n) { sum += n; };
  for (int i = 0; i < 100'000; ++i) {
    int stage = 0;
    try {
      stage = 1;
      actions[i % 3](i);
      stage = 2;
    } catch (int n) {
      sum += n * stage;
    } catch (double half) {
      sum += static_cast<long long>(half) * stage;
    }
  }
  std::printf("sum %lld\n", sum);
}

}  // namespace

int main(int count, char**) {
  run();
  if (count > 1) throw std::runtime_error("never caught");
  std::puts("done");
}
