#include "admin/handlers.hpp"

namespace stoplog::admin {

reply handlers::ready() const {
  if (ask_.draining()) return {503, {}, "draining\n"};
  if (!ask_.audit().healthy) return {503, {}, "audit log cannot be written\n"};
  return {200, {}, "ready\n"};
}

void handlers::handle(std::string_view method, std::string_view path, const std::function<void(reply)>& done) const {
  const std::string text = "text/plain; charset=utf-8";
  if (path == "/-/reload") {
    if (method != "POST") return done({405, text, "use POST\n"});
    return ask_.reload([done, text](std::string problems) {
      if (problems.empty()) return done({200, text, "reloaded\n"});
      done({422, text, "the last good policies stay:\n" + problems});
    });
  }
  if (path != "/livez" && path != "/readyz" && path != "/metrics") {
    return done({404, text, "there is /livez, /readyz, /metrics and POST /-/reload\n"});
  }
  if (method != "GET") return done({405, text, "use GET\n"});
  if (path == "/metrics") return done({200, "text/plain; version=0.0.4; charset=utf-8", numbers_.to_text()});
  reply answer = path == "/livez" ? reply{200, {}, "alive\n"} : ready();
  answer.content_type = text;
  done(std::move(answer));
}

}  // namespace stoplog::admin
