"""The archive in a folder, and back: all that cannot be made again, in a form that belongs to no database.

```
DIR/
  manifest.json              what the backup is made of; it alone decides, and is renamed into its place last
  rows-0f3a….jsonl.gz        every row, one a line, in the order in which it can be read back
  files/ab/abcdef…           originals and waiting uploads, each once, under its checksum
  secret-key                 what signs the sessions of the site
```

A backup that is killed leaves the manifest of the last one, and everything that it names. The next into the same folder
copies only the files that are not there yet.
"""
