"""One file a stream: which columns it reads, what each becomes, and what makes a row unusable.

``COLUMNS`` of each module: roster column → column of the specification.
"""
