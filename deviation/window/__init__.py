"""The numbers over a window of one market against one group (docs/method.md, section 5)."""
