"""What connectors share: archives, character encodings, CSV, and refusing with a sentence."""
