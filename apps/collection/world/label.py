"""What is written on everything that the world gives, so that nobody takes it for a real town."""

MENTION = "Données inventées : ni ces personnes, ni ces lieux, ni ces faits n’existent."
# The same for what only carries ASCII: headers of HTTP.
HEADER = ("X-Donnees-Inventees", "ni ces personnes, ni ces lieux, ni ces faits n'existent")
# One cell of each row of the exports.
SHORT = "Données inventées"
