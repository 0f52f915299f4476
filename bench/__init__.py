"""Side by side: what a question costs here, with a peer, and at the least. The product imports nothing of this."""
