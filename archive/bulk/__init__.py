"""Everything that readers see in a few files, made after each publication, and read back into an empty archive."""
