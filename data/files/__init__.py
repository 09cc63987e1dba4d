"""Import and export of candles as CSV and Parquet files."""
