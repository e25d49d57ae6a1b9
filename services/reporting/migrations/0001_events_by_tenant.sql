-- Every answer says up to when it is: the tenant's last event at or below a position, whoever else has been busier since.
create index events_by_tenant on events (tenant, position desc);
