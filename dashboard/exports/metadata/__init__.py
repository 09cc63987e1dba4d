"""What files of rows say of themselves."""
