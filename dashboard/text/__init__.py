"""Numbers, times and sentences as text; no HTML, no pixels."""
