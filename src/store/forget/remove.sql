-- Counts out and removes what was gathered. The denominators of the calls are counted out already.
update session set
    calls = calls - (select count(*) from doomed_event d join event e on e.id = d.id
                     where e.session = session.id and e.kind = 'call'),
    prompts = prompts - (select count(*) from doomed_event d join event e on e.id = d.id
                         where e.session = session.id and e.kind = 'prompt')
where id in (select e.session from doomed_event d join event e on e.id = d.id);
delete from event where id in (select id from doomed_event);

-- Who descended from a session that goes stands at the top of a chain of its own.
update session set parent = null where parent in (select id from doomed_session);
update session set top = (
    with recursive up (id, parent) as (
        select s.id, s.parent from session s where s.id = session.id
        union all
        select s.id, s.parent from session s join up on s.id = up.parent
    )
    select nullif(id, session.id) from up where parent is null
) where top in (select id from doomed_session);
-- What the person of such a session said of a remedy was said in it.
update remedy set verdict = null, decided_by = null, decided_at = null
where decided_by <> 'person' and decided_by in (select external from session where id in (select id from doomed_session));
delete from session where id in (select id from doomed_session);

delete from shape where project in (select id from doomed_project);
update failure set project = null where project in (select id from doomed_project);
update session set root = null where root in (select id from root where project in (select id from doomed_project));
delete from root where project in (select id from doomed_project);
insert into findable (mode, project)
select mode, null from findable where mode is not null and project in (select id from doomed_project)
on conflict (mode, coalesce(project, 0)) do update set indexed = 0;
update findable set mode = null, project = null, indexed = 0 where project in (select id from doomed_project);
delete from project where id in (select id from doomed_project);

-- What was read of a transcript is not read again: the client keeps the file, and it would all come back.
update source set offset = seen_bytes where kind = 'transcript' and offset < seen_bytes;
