"""Rows and files: schemas, encodings, Parquet parts."""
