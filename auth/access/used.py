"""What may be used once, client assertions and proofs of possession: the words in which the table `used_once` is asked.

Written at the OAuth server one at a time (`auth.oauth.registered`), and at the graph in batches by hosts that remember
together (`auth.access.together`). The primary key lets each pass once, whichever process and whichever host it meets.
"""

KEPT_LONGER_S = 300
"""What was used is remembered for longer than it would be taken: clocks of hosts and of the database differ."""

#: $1 digests, $2 until when each is remembered, in seconds since 1970. In one order everywhere, so that two hosts which
#: meet the same ones wait for each other and never in a circle.
ADD_ALL = """\
insert into used_once (digest, expires_at)
select digest, to_timestamp(until) from unnest($1::bytea[], $2::float8[]) as asked (digest, until) order by digest
on conflict do nothing
returning digest"""

#: $1 how many at most. Whoever forgets beside somebody else takes other rows.
FORGET_SOME = """\
delete from used_once where digest in (
    select digest from used_once where expires_at < now() order by expires_at limit $1 for update skip locked
)"""
