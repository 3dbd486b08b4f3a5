"""Drift: how far what a model is asked today is from what it learnt from. Pure, on counts.

Training makes a profile of each field (`profiles`): bins, counts, bounds. Requests are counted into the same bins
(`counting`), hour by hour, so that nothing of what people said has to be kept, and any window is a sum. Two histograms
are then compared (`distances`, `comparing`) by effect size: with many rows, a test of significance flags anything.
"""
