// What `./bootstrap demo` shows: components that exchange strings, lists and a resource, share no
// memory, and go on when one of them breaks.

#include <airlock/airlock.hpp>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

namespace {

using airlock::component::Component;
using airlock::component::Instance;
using airlock::component::Linker;

/// Ends the program with what went wrong, or hands the value on.
template <typename T>
T expect(airlock::Result<T> result) {
  if (result) return *std::move(result);
  std::cerr << format_error(result.error(), "station.wat", "component") << '\n';
  std::exit(1);
}

std::string indented(const std::string& text) {
  std::string result = "    ";
  for (const char c : text) {
    result += c;
    if (c == '\n') result += "    ";
  }
  return result.substr(0, result.find_last_not_of(" \n") + 1);
}

void show_report(const Instance& station, const char* title) {
  const std::vector<std::int32_t> readings{3, -4, 12, 7};
  std::cout << indented(expect(
                   station.invoke<std::string>("bridge", "report", std::string(title), readings)))
            << "\n\n";
}

}  // namespace

int main() {
  const airlock::Engine engine;
  const auto component = expect(Component::load(engine, AIRLOCK_DEMO_COMPONENT));
  airlock::Store store(engine);
  const auto station = expect(Linker(store).instantiate(component, "station"));

  std::cout << "Five components, each with a memory of its own, that import nothing.\n\n"
               "The bridge opens a journal (a resource), has its title put into capitals by the\n"
               "translator (which keeps UTF-16 while the bridge keeps UTF-8), and has a list of\n"
               "readings summarized by the gauge:\n\n";
  show_report(station, "dock seven: Größe, 高さ");

  std::cout << "The probe measures what it is given, and breaks when it does not like it:\n\n";
  std::cout << "    probe.measure(\"42\") = "
            << expect(station.invoke<std::uint32_t>("probe", "measure", std::string("42"))) << '\n';
  const auto broken = station.invoke<std::uint32_t>("probe", "measure", std::string("4x2"));
  if (broken || broken.error().kind != airlock::ErrorKind::trap) return 1;
  std::cout << "    probe.measure(\"4x2\"): "
            << indented(format_error(broken.error(), "")).substr(4) << "\n\n";

  const auto again = station.invoke<std::uint32_t>("probe", "measure", std::string("42"));
  if (again) return 1;
  std::cout << "It is out of the airlock and stays there:\n\n    probe.measure(\"42\"): "
            << indented(format_error(again.error(), "")).substr(4) << "\n\n";

  std::cout << "The others do not notice:\n\n";
  show_report(station, "dock seven, again");
  std::cout << "    journals still open: "
            << expect(station.invoke<std::uint32_t>("journal", "count")) << '\n';
  return 0;
}
