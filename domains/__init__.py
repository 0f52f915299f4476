"""The registers. Each folder but `kit` is one domain: one database, one owner; domains never import each other."""
