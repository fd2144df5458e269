// All sinks of the settings, each with a courier on a thread of its own: one
// that hangs delays neither the others nor a request.
#pragma once

#include "config/sinks.hpp"
#include "delivery/courier.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace stoplog::delivery {

class dispatch {
 public:
  // `durable`: the number of the last durable record. `tell` gets a sentence for
  // each stretch of records that cannot be delivered any more and says whether
  // it took it. Both are called on the couriers' threads, and outlive this.
  dispatch(const std::filesystem::path& audit_directory, const std::vector<config::sink>& sinks,
           std::function<std::uint64_t()> durable, std::function<bool(const std::string&)> tell);
  // Ends at once; what is not delivered is at the next start.
  ~dispatch();

  std::size_t size() const noexcept { return routes_.size(); }
  const std::string& name(std::size_t i) const;
  courier_status status(std::size_t i) const;

 private:
  struct route;
  std::vector<std::unique_ptr<route>> routes_;
};

}  // namespace stoplog::delivery
