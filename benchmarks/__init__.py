"""Measurements that are too slow for tests; run from the top folder, `make bench`."""
