"""Measures the archive's search beside other engines, on documents made by a seeded recipe. Nothing else knows it."""
