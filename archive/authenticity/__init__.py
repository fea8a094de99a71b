"""What shows that a file is the published one: the list of published files, and each month's signed manifest of it."""
