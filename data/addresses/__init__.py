"""Addresses of stores, mirrors and proxies."""
