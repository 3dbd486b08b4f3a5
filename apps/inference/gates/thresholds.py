"""What the gate of a training asks for, where the declaration of the model says nothing. All of it is here.

Shares are parts of 1. What blocks would make a model that harms or deceives; what warns is for the reviewer to weigh.
"""

from apps.inference.enums import Period

# --- Data ---
# A field that is missing more often teaches little, and hides a fault of the source more often than not.
MISSING_SHARE = 0.5
# Of a class, in the rows to learn from: below the first nothing is learnt of it, below the second little.
ROWS_OF_CLASS, ROWS_OF_CLASS_WISHED = 5, 20
# Of the rows that say the same thing as others and have another label: a ceiling that no model passes.
NOISE_WARNED, NOISE_ALLOWED = 0.02, 0.15
# What a tree of one field alone may reach on the test set: balanced accuracy, or R². The best measure of Wisconsin's
# tumours, which medicine chose for that, reaches 0.93.
ONE_FIELD_ALLOWED = 0.99
# Of the rows whose text says the name of their own class, beside those that say the name of another.
NAMED_IN_TEXT_WARNED = 0.5
# Different values in a field of categories, as a part of its rows: above, it numbers the rows.
DISTINCT_ALLOWED = 0.9
# Of the test rows that are among the rows to learn from. Texts that come again are the same report; rows of a few
# categories come again without being the same thing, and only warn.
DUPLICATES_ALLOWED = 0.01

# --- Split ---
TEST_ROWS, TRAIN_ROWS = 30, 50
# Of longer periods there are few in a lifetime: half a year to judge by and a year to learn from, or a year and two.
PERIODS = {Period.WEEK: (26, 52), Period.MONTH: (12, 24)}
# Of a class in the test set: below, its part of the score is a matter of luck.
TEST_ROWS_OF_CLASS = 5

# --- Model ---
# The same draws of rows each time that two models are compared.
RESAMPLING_SEED = 7
# A slice with fewer rows is not judged; how far under the whole a slice may be, as a part of the metric.
SLICE_ROWS, SLICE_GAP = 30, 0.1
# How much worse than the champion the metric may be for the two to be called equals, as a part of that of the champion.
CHAMPION_MARGIN = 0.02

# --- Robustness: of the rows, those whose answer changes when they say the same thing otherwise ---
ROBUSTNESS_ROWS, ROBUSTNESS_SEED = 300, 7
CHANGED_BY = {"typos": 0.15, "accents": 0.1, "capitals": 0.1, "missing": 0.5, "noise": 0.05}
# A letter of this many is mistyped; numbers move by this part of their range; a value is another answer beyond this
# part of the standard deviation of the answers.
LETTERS_PER_TYPO, NOISE, VALUE_MOVED = 40, 0.01, 0.25

# --- Package ---
LATENCY_ROWS = 200
LATENCY_P50_MS, LATENCY_P99_MS = 20.0, 100.0
SIZE_WARNED, SIZE_ALLOWED = 50 * 1024**2, 500 * 1024**2  # bytes
