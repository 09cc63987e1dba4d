"""The format of each venue, a module each, written from its documentation and not from the code under test."""
