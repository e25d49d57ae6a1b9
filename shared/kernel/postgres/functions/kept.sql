-- The answer stored for an Idempotency-Key, in one round trip; names its tenant for the transaction.
create or replace function kept(k_tenant text, k_actor text, k_key text) returns setof answers
    language plpgsql set search_path = public, pg_temp
    set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
    perform set_config('alongside.tenants', k_tenant, true);
    return query select a.* from answers a
        where (a.tenant, a.actor, a.key) = (k_tenant, k_actor, encode(sha256(convert_to(k_key, 'UTF8')), 'hex'));
end $$;
