"""Runs one function over many tasks: here, in threads, in processes, or on the workers of a dask scheduler."""
