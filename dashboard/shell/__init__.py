"""What stands around every page: navigation, controls, notices, routing."""
