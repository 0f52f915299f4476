"""`lienthong ledger`: what was recorded, sealed, proven and kept. Each command stands in a module of its own matter."""

from commands import (
    ledger_audit,
    ledger_checkpoints,
    ledger_growth,
    ledger_insight,
    ledger_proofs,
    ledger_readings,
    ledger_sealing,
)
from commands.asking import group

app = group("Who read what of whom, provable.", "lienthong ledger check-proof proof.json --key 'NAME+ID+KEY'")

app.command("check-proof")(ledger_proofs.check_proof)
app.command("check-growth")(ledger_growth.check_growth)
app.command("checkpoint")(ledger_checkpoints.print_checkpoint)
app.command("key")(ledger_checkpoints.print_key)
app.command("keep-signatures")(ledger_checkpoints.keep_signatures)
app.command("seal")(ledger_sealing.seal)
app.command("verify")(ledger_audit.verify)
app.command("erase")(ledger_audit.erase)
app.command("findings")(ledger_insight.findings)
app.command("unused")(ledger_insight.unused)
app.command("statistics")(ledger_insight.statistics)
app.command("disclosures")(ledger_readings.disclosures)
app.command("export")(ledger_readings.export)
