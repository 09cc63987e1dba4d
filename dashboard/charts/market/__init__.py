"""Gaps of one exchange on all assets of a scan: a ranked strip beside a histogram."""
