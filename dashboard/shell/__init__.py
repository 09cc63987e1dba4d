"""The shell around every page: navigation, controls, notices, routing."""
