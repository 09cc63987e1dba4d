"""Requests to exchanges: ccxt clients, access through proxies and mirrors, retries."""
