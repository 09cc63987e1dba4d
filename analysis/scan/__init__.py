"""The whole market over one window: every asset measured alike, and counts over all of them (docs/scan.md)."""
