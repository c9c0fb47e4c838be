"""Benchmarks that anyone can run: `make bench`. They report; no test depends on them."""
