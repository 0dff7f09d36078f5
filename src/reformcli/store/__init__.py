"""The store: canonical Parquet by week of receipt, to which exports are added."""
