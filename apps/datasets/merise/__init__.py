"""Merise: from a conceptual model (MCD) to a logical one (MLD) and to tables (MPD). Pure, but for drawing."""
