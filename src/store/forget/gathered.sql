-- What goes with what was gathered.
insert or ignore into doomed_session select id from session where project in (select id from doomed_project);
insert or ignore into doomed_event
select id from event
where session in (select id from doomed_session)
   or root in (select r.id from root r where r.project in (select id from doomed_project));
-- Files by which folders are known to be one project, as far as what goes shows them.
create temp table unsure_file as
select distinct r.root, r.file from root_file r join event e on e.root = r.root
where e.id in (select id from doomed_event)
  and (instr(e.file, r.file) > 0 or instr(e.command, r.file) > 0);
insert or ignore into touched_mode
select p.mode from failure f join pattern p on p.id = f.pattern where f.event in (select id from doomed_event);
