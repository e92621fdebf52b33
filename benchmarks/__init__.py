"""Measurements that are too slow for tests; `make bench` runs them."""
