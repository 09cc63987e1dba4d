"""The version of Plumbline, printed on every picture and by ``--version``."""

VERSION = "0.1.0"
