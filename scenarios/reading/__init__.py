"""How files are found and read: shipped ones by name, others by path; TOML and Parquet.

What is too large or can't be parsed is refused here. What a key or a column means is said in the
modules above.
"""
