"""The OAuth server: Authlib behind a thin bridge, and every endpoint under /oauth."""
