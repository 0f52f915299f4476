"""Open cases, and guard what a disclosure would tell."""

import sqlalchemy as sa
from alembic import op

revision = "auth_0003"
down_revision = "auth_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("cases",
    sa.Column("case_id", sa.BigInteger(), sa.Identity(always=True), nullable=False, comment="Number of the case."),
    sa.Column("kind", sa.Text(collation="C"), nullable=False, comment="complaint: its citizen made it; inquiry: an officer opened it."),
    sa.Column("citizen", sa.Text(collation="C"), nullable=False, comment="Sealed: the one person whom it is about; of a complaint, who complained."),
    sa.Column("origin", sa.Text(collation="C"), nullable=True, comment="Of a complaint, the ledger that holds the disclosure."),
    sa.Column("request_id", sa.Uuid(), nullable=True, comment="Of a complaint, the request that read."),
    sa.Column("leaf", sa.BigInteger(), nullable=True, comment="Of a complaint, the leaf of that answer."),
    sa.Column("reason", sa.Text(collation="C"), nullable=False, comment="What the citizen complains of, or why the officer looks, in words."),
    sa.Column("state", sa.Text(collation="C"), server_default="open", nullable=False, comment="open, closed: answered by an officer, or withdrawn by the citizen."),
    sa.Column("opened_by", sa.Text(collation="C"), nullable=True, comment="Officer who opened an inquiry."),
    sa.Column("looks_until", sa.DateTime(timezone=True), nullable=True, comment="From then on nobody is looked up under an inquiry, closed or not."),
    sa.Column("finding", sa.Text(collation="C"), nullable=True, comment="Of a closed case: lawful, unlawful or unexplained."),
    sa.Column("reply", sa.Text(collation="C"), nullable=True, comment="What was found, in words; of a complaint, for its citizen."),
    sa.Column("closed_by", sa.Text(collation="C"), nullable=True, comment="Officer who closed it; of an inquiry never the one who opened it."),
    sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True, comment="When it was closed or withdrawn."),
    sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When this row was written."),
    sa.CheckConstraint("(kind = 'complaint') = (opened_by is null) and (kind = 'inquiry') = (looks_until is not null)", name=op.f("cases_opened")),
    sa.CheckConstraint("(state = 'open') = (closed_at is null)", name=op.f("cases_ended")),
    sa.CheckConstraint("case kind when 'complaint' then num_nulls(origin, request_id, leaf) = 0 else num_nonnulls(origin, request_id, leaf) = 0 end", name=op.f("cases_disclosure")),
    sa.CheckConstraint("case state when 'closed' then num_nulls(finding, reply, closed_by) = 0 else num_nonnulls(finding, reply, closed_by) = 0 end", name=op.f("cases_answered")),
    sa.CheckConstraint("closed_by <> opened_by", name=op.f("cases_four_eyes")),
    sa.CheckConstraint("finding in ('lawful', 'unlawful', 'unexplained')", name=op.f("cases_finding")),
    sa.CheckConstraint("kind in ('complaint', 'inquiry')", name=op.f("cases_kind")),
    sa.CheckConstraint("state <> 'withdrawn' or kind = 'complaint'", name=op.f("cases_withdrawn")),
    sa.CheckConstraint("state in ('open', 'closed', 'withdrawn')", name=op.f("cases_state")),
    sa.ForeignKeyConstraint(["opened_by"], ["officers.officer"], name=op.f("cases_opened_by_fkey")),
    sa.PrimaryKeyConstraint("case_id", name=op.f("cases_pkey")),
    comment="Complaints of citizens, and inquiries of officers, about what was read of a person."
    )
    op.create_index(op.f("cases_citizen"), "cases", ["citizen"], unique=False)
    op.create_index("cases_one_open_complaint", "cases", ["citizen", "origin", "leaf"], unique=True, postgresql_where=sa.text("kind = 'complaint' and state = 'open'"))
    op.create_index(op.f("cases_state"), "cases", ["state"], unique=False)
    op.add_column("purposes", sa.Column("shown_after_days", sa.SmallInteger(), server_default="0", nullable=False, comment="A disclosure is shown to its citizen so many days later; 0: at once."))
    op.add_column("purposes", sa.Column("third_party_sensitive", sa.Boolean(), server_default="false", nullable=False, comment="True: shown to its citizen in general terms, because it would tell about somebody else."))
    op.create_check_constraint(op.f("purposes_shown_after_days"), "purposes", "shown_after_days >= 0 and shown_after_days < 28 * retention_months")
