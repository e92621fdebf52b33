"""How files are found and read: the library of what ships, TOML and columns of Parquet."""
