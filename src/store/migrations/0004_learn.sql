-- Sessions that were recorded before remedies were known have not taught theirs yet: they are settled again. Of those whose
-- events are gone, how they ended and what a failure cost would be derived from what is left: they stay as they are.
update session set settled_at = null
where id in (select session from failure)
  and calls + prompts <= (select count(*) from event e where e.session = session.id and e.kind in ('call', 'prompt'));

-- Who deletes an event asks which remedies show it.
create index remedy_session_failing on remedy_session (failing) where failing is not null;
create index remedy_session_working on remedy_session (working) where working is not null;

-- How an instance fared is asked of one project.
drop index failure_instance;
create index failure_instance on failure (instance, project, at) where expected is null;
create index event_compact on event (session, at) where kind = 'compact';
