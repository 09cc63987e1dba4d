"""Benchmarks: each prints ratios from one run, because absolute times on shared machines mean little."""
