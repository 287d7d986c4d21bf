"""A series as a file for other programs: CSV, and Parquet where pyarrow is installed."""
