"""The pinned packages, and what looks after them."""
