"""The gaps of one exchange on all assets of a saved scan."""
