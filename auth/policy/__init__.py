"""What is allowed now: the rows of one revision, their algebra, and the feed that keeps a process up to date."""
