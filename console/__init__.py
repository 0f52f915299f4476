"""Web pages, as plain forms: signing in, enrolling, consenting, signing a change.

pages.py    a template becomes a page, in the reader's language, under headers that keep others out
forms.py    reads what a form of ours sends
officers/   the pages of officers
citizens/   the pages of citizens
templates/  one layout for all; t(vi, en) says a sentence in the reader's language
static/     one style sheet, and one small script for forms that need a passkey
"""
