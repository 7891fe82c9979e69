"""What all OneRoster speakers share: the tables of the specification and the repair of their headings."""
