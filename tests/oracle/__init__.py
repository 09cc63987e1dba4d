"""An independent, slow and obvious program for docs/method.md, and random data sets to compare with it."""
