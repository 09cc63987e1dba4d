"""Drawing primitives shared by screen and sheet."""
