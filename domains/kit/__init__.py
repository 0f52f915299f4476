"""What a domain is made of. Knows no domain: identity, population, land and enterprises are written with it."""
