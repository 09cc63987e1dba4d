"""Drawing primitives shared by pages and sheets."""
