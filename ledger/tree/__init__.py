"""The transparency log: one Merkle tree over everything recorded, its signed checkpoints, and proofs. Pure."""
