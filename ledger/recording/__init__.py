"""The way of a record into the database, before its answer leaves: gathered, written, durable."""
