"""What an editor changes of a parsed issue: pure functions from records to records.

A change names where it stands, what stood there and what stands there now. It is made once at the desk and made
again after every later reading of the file, wherever the old text still stands.
"""
