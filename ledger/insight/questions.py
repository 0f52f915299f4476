"""The SQL of the findings. Times are told in Vietnam by their distance to UTC, which needs no table of time zones."""

from ledger.insight.finding import FindingKind

WORK_MEMORY = "set local work_mem = '64MB'"

COUNTS = """\
with missed as materialized (
    select (answers.at at time zone interval '7 hours')::date as day, party, operation,
           sum(cardinality(places))::bigint as missed
    from marks join answers on answers.request_id = marks.request_id and answers.at = marks.answered_at
    where marks.kind = 'not_found' and answers.at >= $3 group by 1, 2, 3
)
select day, party, agency, client, purpose, outcome, steps @> '[{"way": "listed"}]' as lists,
       steps @> '[{"way": "opened"}]' or steps @> '[{"way": "verified"}]' as opens,
       sum(answers)::bigint as answers, sum(people)::bigint as people,
       coalesce(sum(missed) filter (where outcome = 1), 0)::bigint as missed
from usage join parties using (party) join operations using (operation) left join missed using (day, party, operation)
where day >= $1 and day < $2 and ($4::text is null or agency = $4)
group by day, party, agency, client, purpose, outcome, lists, opens"""

HOURS = """\
with hours as materialized (
    select party, date_trunc('hour', at at time zone interval '7 hours') as hour, count(*) as answers
    from answers where at >= $1 and at < $3 group by 1, 2
), told as (
    select agency, client, purpose, party, hour, answers, hour::date >= $2 as is_recent,
           extract(isodow from hour) > 5 or hour::time < $4 or hour::time >= $5 as is_outside
    from hours join parties using (party) where $6::text is null or agency = $6
)
select agency, client, purpose, array_agg(distinct party) as parties,
       coalesce(sum(answers) filter (where is_recent), 0)::bigint as answers,
       coalesce(sum(answers) filter (where is_recent and is_outside), 0)::bigint as outside,
       coalesce(sum(answers) filter (where not is_recent), 0)::bigint as before,
       coalesce(sum(answers) filter (where not is_recent and is_outside), 0)::bigint as before_outside,
       count(distinct hour::date) filter (where not is_recent) as days_before
from told group by agency, client, purpose order by agency, client, purpose"""

CASES = """\
with named as materialized (
    select party, case_reference, count(*) as answers, sum(people) as people
    from answers
    where at >= $1 and at < $2 and case_reference is not null and outcome <> 2
    group by party, case_reference
), every as (
    select agency, client, purpose, sum(answers) as of
    from (select party, sum(answers) as answers from named group by party) as asked join parties using (party)
    where $3::text is null or agency = $3 group by agency, client, purpose
), told as (
    select agency, client, purpose, case_reference, sum(answers) as answers, sum(people) as people
    from named join parties using (party) where people * 4 >= $4
    group by agency, client, purpose, case_reference
), ranked as (
    select told.*, every.of,
           row_number() over (partition by agency, client, every.purpose order by answers desc, case_reference) as rank
    from told join every using (agency, client) where told.purpose is not distinct from every.purpose
), stands_out as materialized (
    select *, (
        select array_agg(party) from parties
        where (parties.agency, parties.client) = (ranked.agency, ranked.client)
            and parties.purpose is not distinct from ranked.purpose
    ) as parties
    from ranked where rank = 1 and people >= $4 and answers >= $5 * of
)
select agency, client, purpose, parties, case_reference as case, answers::bigint as answers, of::bigint as of, (
    select count(distinct subject) from answers join people using (leaf)
    where party = any (parties) and at >= $1 and at < $2 and answers.case_reference = stands_out.case_reference
) as subjects
from stands_out order by people desc"""
"""Cases about few are left out early: of a client and purpose there are few parties, and most cases are about few."""

LEAVES = "select coalesce(min(leaf), 0), coalesce(max(leaf), -1) from answers where at >= $1 and at < $2"
READ = """\
with often as materialized (
    select subject from people
    where leaf between $6 and $7 and subject is not null group by subject having count(*) >= $3
    order by count(*) desc, subject limit $8
), stands as materialized (
    select subject, leaf, reading from often join people using (subject) where leaf between $6 and $7
), read as materialized (
    select distinct subject, (select agency from parties where parties.party = answers.party) as agency
    from stands join answers using (leaf)
    where at >= $1 and at < $2 and outcome = 1 and (
        select readings.subject = 'person' and kind in ('opened', 'verified', 'reached') and content -> 'roles' = '[]'
        from readings where readings.reading = stands.reading)
)
select subject, array_agg(agency order by agency) as agencies from read
group by subject having count(*) >= $3 and ($4::text is null or $4 = any (array_agg(agency)))
order by count(*) desc, subject limit $5"""
"""Whoever was read by so many agencies stands in so many rows; those who stand in most are looked at by agency."""

OF_PARTIES = """\
select leaf, request_id from answers
where party = any ($1) and at >= $2 and at < $3 and {} order by at desc, leaf desc limit $4"""
OF_SUBJECT = """\
select leaf, request_id from people join answers using (leaf)
where subject = $1 and at >= $2 and at < $3 order by leaf desc limit $4"""
WHICH = {
    FindingKind.MANY_PEOPLE: "people > 0",
    FindingKind.HIT_LISTS: "people > 0",
    FindingKind.REFUSALS: "outcome = 2",
    FindingKind.GUESSING: "(outcome = 3 or exists (select from marks where marks.request_id = answers.request_id"
    " and marks.answered_at = answers.at and marks.kind = 'not_found'))",
    FindingKind.OUTSIDE_HOURS: "(extract(isodow from at at time zone interval '7 hours') > 5"
    " or (at at time zone interval '7 hours')::time < $5 or (at at time zone interval '7 hours')::time >= $6)",
    FindingKind.CONSTANT_CASE: "case_reference = $5 and outcome <> 2",
}
