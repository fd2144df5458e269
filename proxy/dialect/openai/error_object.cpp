#include "dialect/openai/error_object.hpp"

#include "json/writer.hpp"

namespace stoplog::dialect::openai {

std::string error_object(const error_body& body) {
  json::writer w;
  w.begin_object().key("error").begin_object().member("message", body.message).member("type", body.type).key("param").null();
  w.member("code", body.code);
  if (!body.decision_id.empty()) w.member("decision_id", body.decision_id);
  return w.end_object().end_object().take();
}

}  // namespace stoplog::dialect::openai
