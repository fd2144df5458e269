#include "cli/sample_text.hpp"

#include <array>

namespace stoplog::cli {
namespace {

constexpr std::array<std::string_view, 6> answers{
    R"(The mill by the river has stood for two hundred years. In spring, when the snow melts, the water rises as high as the lowest step, and the miller opens the sluice before sunrise. Flour is sold on Tuesdays and Fridays; whoever comes early may also watch the wheel being cleaned. Please write to the office if you would like to bring a group of more than twelve people, so that somebody can show you the machines and answer your questions.)",

    R"(Here is a plan for the week:

1. Monday: send the invitations and create a list of what is still missing.
2. Tuesday: pick up the chairs (the key is at the bakery, ask for Ms. Huber).
3. Wednesday: make the posters. Use large letters; people read them from the tram.
4. Thursday: give the choir its 45 minutes in the hall, then test the microphones.
5. Friday: rest, if at all possible.

If it rains on Saturday, we move everything into the school. Would you like me to draft the message for the parents?)",

    R"(You can read the file line by line, so that a large one does not fill the memory:

```python
import csv

def totals(path):
    """Sums the amounts by customer."""
    sums = {}
    with open(path, newline="", encoding="utf-8") as source:
        for row in csv.DictReader(source):
            sums[row["customer"]] = sums.get(row["customer"], 0) + float(row["amount"])
    return sums

for customer, amount in sorted(totals("orders-2026.csv").items()):
    print(f"{customer:<20} {amount:>10.2f}")
```

The `with` block closes the file whatever happens. Numbers with a comma need `amount.replace(",", ".")` first.)",

    R"(Dear Ms. Lindgren,

thank you for your order 20417 of 3 March. Two of the four lamps are on their way; the others will follow next week. The account shows an amount of EUR 148.50, which is due within 30 days. If anything arrives damaged, take a photo of the parcel and reply to this letter; we will send a new one at once.

With kind regards,
The workshop in Graz)",

    R"(A hash function turns data of any length into a short value. The same data always gives the same value, and a small change gives quite another one. That is why a download page lists a value next to each file: you compute it yourself and compare. It does not tell who made the file, though; for that you need a signature, which only the owner of a private key can create and everybody can verify with the public one.)",

    R"({"title": "Minestrone", "serves": 4, "minutes": 50, "ingredients": [{"name": "white beans", "amount": "250 g"}, {"name": "carrots", "amount": "3"}, {"name": "celery", "amount": "2 sticks"}, {"name": "tomatoes", "amount": "400 g"}], "steps": ["Soak the beans overnight.", "Chop the vegetables and fry them in oil for 5 minutes.", "Add water, beans and tomatoes; let it simmer.", "Salt comes last."], "source": "https://recipes.example/minestrone?lang=en#steps"})",
};

bool is_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || byte >= 0x80;
}

}  // namespace

std::span<const std::string_view> sample_answers() noexcept { return answers; }

std::vector<std::string_view> as_streamed(std::string_view text) {
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + 1;
    const bool word = is_word(text[at]) || (text[at] == ' ' && end < text.size() && is_word(text[end]));
    while (word && end < text.size() && is_word(text[end])) ++end;
    pieces.push_back(text.substr(at, end - at));
    at = end;
  }
  return pieces;
}

}  // namespace stoplog::cli
