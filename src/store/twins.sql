-- Makes one of remedies that say the same: what `goes` did is added to what `stays` did, and the stronger word stands, a
-- person's before a session's, and a no before a yes.
insert into remedy_session (remedy, session, worked, failed, at, failing, working)
select t.stays, s.session, s.worked, s.failed, s.at, s.failing, s.working
from twin t join remedy_session s on s.remedy = t.goes where true
on conflict (remedy, session) do update
set worked = worked + excluded.worked, failed = failed + excluded.failed, at = max(at, excluded.at),
    failing = coalesce(failing, excluded.failing), working = coalesce(working, excluded.working);
update remedy set
    at = min(at, (select min(r.at) from twin t join remedy r on r.id = t.goes where t.stays = remedy.id)),
    (verdict, decided_by, decided_at) = (
        select r.verdict, r.decided_by, r.decided_at from remedy r
        where r.id = remedy.id or r.id in (select goes from twin where stays = remedy.id)
        order by r.verdict is not null desc, r.decided_by is 'person' desc, r.verdict = 'refuted' desc, r.id <> remedy.id
        limit 1)
where id in (select stays from twin);
update or replace feedback set remedy = (select stays from twin where goes = remedy)
where remedy in (select goes from twin);
update hint set remedy = (select stays from twin where goes = remedy) where remedy in (select goes from twin);
delete from remedy where id in (select goes from twin);
drop table twin;
