"""Proof on the command line: files made again from their manifests, and case files."""
