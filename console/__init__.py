"""Web pages, as plain forms: signing in, enrolling, consenting, signing a change."""
