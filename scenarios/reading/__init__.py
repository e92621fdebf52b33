"""How files are found and read: the library of what ships, and TOML tables read key by key."""
