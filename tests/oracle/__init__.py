"""Independent implementations of docs/method.md, and random data sets to compare with them."""
