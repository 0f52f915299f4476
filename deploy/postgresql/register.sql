-- Who may do what in one register's database, with the least that each needs. Run by an administrator, connected to
-- that database, before or after it is migrated; safe to repeat:
--
--   psql -d lienthong_land -v domain=land -f register.sql
--
-- lienthong_<domain>_owner  makes and changes tables: for `lienthong migrate`, and for whoever keeps the register
-- lienthong_<domain>        reads, and nothing else: for the serving processes
--
-- Neither has a login: make logins of your own and grant them one of the two. Whoever migrates says so first, that new
-- tables belong to the owner: ALTER ROLE <login> SET role = lienthong_<domain>_owner.
\set ON_ERROR_STOP on
\set owner lienthong_ :domain _owner
\set reader lienthong_ :domain

SELECT format('CREATE ROLE %I NOLOGIN', name)
FROM (VALUES (:'owner'), (:'reader')) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

SELECT current_database() AS database
\gset

REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"owner", :"reader";
GRANT USAGE, CREATE ON SCHEMA public TO :"owner";
GRANT USAGE ON SCHEMA public TO :"reader";

SELECT format('ALTER %s %I.%I OWNER TO %I', kind, schema, name, :'owner')
FROM (
    SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, nspname, relname
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = 'public' AND relkind IN ('r', 'p', 'v', 'S', 'f')
) AS made (kind, schema, name)
\gexec

GRANT SELECT ON ALL TABLES IN SCHEMA public TO :"reader";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT SELECT ON TABLES TO :"reader";
