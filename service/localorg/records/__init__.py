"""Records: storage, values, access and writing."""
