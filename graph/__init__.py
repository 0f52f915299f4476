"""The graph: composes the domains, plans an operation, decides it, runs it, answers.

    answer.py     the flow, one call per step: read this first
    registry.py   the domains that are installed
    compose.py    their schemas as one, with what every field is made of; conflicts.py and ways_in.py
                  refuse what does not fit
    document.py   text -> document, validated and cached; literals.py takes out what a caller typed; limits.py bounds it
    inputs.py     arguments and variables, checked and converted
    compile.py    document x shape of arguments -> plan.py; answer_code.py writes the function that builds the answer
    decide.py     plan x arguments x caller -> decision (pure)
    run.py        plan x arguments -> rows
    disclosure.py what goes on record for an answer, and what becomes known of it; exchange.py carries that through
    endpoint.py   HTTP, and whose rights count at each moment; request.py reads what was sent, registered.py finds
                  the documents that are asked for by name, personal.py keeps what takes a right out of URLs
    explain.py    the same flow without reading anything; preview.py, before anybody asks

Knows domains only through the registry.
"""
