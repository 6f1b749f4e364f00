"""What the broker keeps on disk: partition logs in segment files, everything else in SQLite."""
