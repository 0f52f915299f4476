-- A register's tables as parts on other servers. Run once by an administrator on the coordinator, connected to the
-- register's database there, which `lienthong migrate` laid and nothing was written into yet:
--
--   psql -d lienthong_identity -f spread.sql
--
-- The servers, shard_0, shard_1, ..., are there already, with a user mapping each (docs/operating.md). Each holds the same
-- tables, laid by `lienthong migrate` there. Rows go to a server by the hash of the first column of a table's primary
-- key, as in `lienthong partition`; they are written through the coordinator, whose hash it is. Codes of units, which are
-- the same everywhere, and the revision stay on the coordinator. The tables are then the administrator's: run
-- register.sql again.
\set ON_ERROR_STOP on
BEGIN;

CREATE TEMPORARY TABLE spread ON COMMIT DROP AS
SELECT c.relname AS name, a.attname AS key
FROM pg_class c
JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
    AND c.relname NOT IN ('administrative_units', 'alembic_version');

CREATE TEMPORARY TABLE shards ON COMMIT DROP AS
SELECT srvname AS server, substr(srvname, 7)::int AS number FROM pg_foreign_server WHERE srvname ~ '^shard_\d+$';

DO $$
DECLARE
    called text;
    filled boolean;
BEGIN
    IF NOT EXISTS (SELECT FROM shards) THEN
        RAISE EXCEPTION 'there is no server shard_0';
    END IF;
    FOR called IN SELECT name FROM spread LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', called) INTO filled;
        IF filled THEN
            RAISE EXCEPTION 'table % holds rows, which would be lost', called;
        END IF;
    END LOOP;
END
$$;

SELECT format('CREATE TABLE %I (LIKE %I INCLUDING ALL EXCLUDING INDEXES) PARTITION BY HASH (%I)', name || '_spread', name, key)
FROM spread
\gexec

SELECT format(
    'CREATE FOREIGN TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS %s, REMAINDER %s) SERVER %I OPTIONS (table_name %L)',
    name || '_' || server, name || '_spread', (SELECT count(*) FROM shards), number, server, name
)
FROM spread, shards
\gexec

SELECT format('DROP TABLE %I', name) FROM spread
\gexec

SELECT format('ALTER TABLE %I RENAME TO %I', name || '_spread', name) FROM spread
\gexec

COMMIT;
