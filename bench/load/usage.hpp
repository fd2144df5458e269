// What processes have used, read from /proc.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace stoplog::bench {

struct usage {
  double cpu_us = 0;  // user and system, of every thread
  std::uint64_t resident_kib = 0;
};

// schedstat has nanoseconds where stat has clock ticks; where it is not kept, it is 0.
inline double thread_cpu_us(const std::filesystem::path& thread) {
  std::ifstream schedstat(thread / "schedstat");
  double ns = 0;
  if (schedstat >> ns && ns > 0) return ns / 1e3;
  std::ifstream stat(thread / "stat");
  std::string all((std::istreambuf_iterator<char>(stat)), {});
  const std::size_t behind_name = all.rfind(')');
  if (behind_name == std::string::npos) return 0;
  // Fields 14 and 15 (proc(5)); 11 words stand between the name and them.
  std::size_t at = behind_name + 1;
  for (int word = 0; word < 12 && at != std::string::npos; ++word) at = all.find(' ', at + (word == 0 ? 0 : 1));
  if (at == std::string::npos) return 0;
  char* rest = nullptr;
  const double user = std::strtod(all.c_str() + at, &rest);
  const double system = std::strtod(rest, nullptr);
  return (user + system) * 1e4;  // the kernel tells hundredths of a second to everybody
}

inline usage usage_of(const std::vector<int>& processes) {
  usage sum;
  for (const int process : processes) {
    const std::filesystem::path folder = "/proc/" + std::to_string(process);
    std::error_code gone;
    for (const auto& thread : std::filesystem::directory_iterator(folder / "task", gone)) sum.cpu_us += thread_cpu_us(thread.path());
    std::ifstream status(folder / "status");
    for (std::string word; status >> word;) {
      std::uint64_t kib = 0;
      if (word == "VmRSS:" && status >> kib) sum.resident_kib += kib;
    }
  }
  return sum;
}

}  // namespace stoplog::bench
