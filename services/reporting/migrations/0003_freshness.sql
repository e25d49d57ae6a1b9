-- Every answer says how far it reaches in the events of each source, the first part of an event's stream. An index each:
-- with one for all, row-level security would let no query look a source up in it, since no expression is leakproof.
create index events_of_referral on events (tenant, position) where stream like 'referral/%';
create index events_of_matching on events (tenant, position) where stream like 'matching/%';
create index events_of_sessions on events (tenant, position) where stream like 'sessions/%';
-- It also says which events are parked, and therefore missing. The API sees those of its tenants, without contents.
create index parked_by_tenant on parked (split_part(stream, '/', 1), parked_at);
create policy app_reads_own on parked for select to alongside_app
    using (split_part(stream, '/', 1) = any ((select named_tenants())::text[]));
grant select (topic, stream, headers, status, parked_at, closed_at) on parked to alongside_app;
