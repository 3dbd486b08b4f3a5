"""Datasets told in the standards of open data, for portals and tools that were not written for Écluse.

    frictionless.py   a Data Package: each table as a resource, with its Table Schema
    csvw.py           CSV on the Web: what the columns of the CSV exports are
    dcat.py           DCAT-AP, as JSON-LD: the catalogue that portals harvest

Pure. Each tells what the reader may read, and nothing of the rest.
"""
