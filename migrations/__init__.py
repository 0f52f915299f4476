"""How each database gets its tables: Alembic, one environment, one folder of revisions per database.

`run` is what the command calls; `revise` is what a developer calls after changing a `tables.py`.
"""
