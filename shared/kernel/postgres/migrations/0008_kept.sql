-- What was answered to a command that came with an Idempotency-Key, in one round trip; names its tenant for the transaction.
create function kept(k_tenant text, k_actor text, k_key text) returns setof answers
    language plpgsql set search_path = public, pg_temp as $$
begin
    perform set_config('alongside.tenants', k_tenant, true);
    return query select a.* from answers a where (a.tenant, a.actor, a.key) = (k_tenant, k_actor, k_key);
end $$;
