"""What holds for every test."""

from hypothesis import settings

# How long an example takes depends on the machine and on what else it does.
settings.register_profile("plumbline", deadline=None)
settings.load_profile("plumbline")
