"""What the books show when they are counted: for everybody, for officers, and for those who narrow rights.

books.py        a question to the books, in the reader's role
days.py         days and months of Vietnam's calendar
withholding.py  which counts may be told, and which are told as part of a larger one (pure)
statistics.py   who asked which register how often, for everybody
published.py    the same as JSON and CSV (pure)
seen.py         operations asked in the last 90 days, and the rights that they took
trials.py       what narrowings on trial would have refused
thresholds.py   from where on something is unusual: every number, once
finding.py      what was found, in words
usual.py        findings from counts of days: many people, refusals, guesses, lists (pure)
rows.py         findings from single answers: hours, cases, one person read by many (pure)
findings.py     all of them, of one week; questions.py is their SQL

Nothing here opens a pseudonym, and nothing that leaves holds one.
"""
