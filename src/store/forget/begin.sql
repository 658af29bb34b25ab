-- What is gathered to be removed, and the failure modes that lose one of their failures.
create temp table doomed_project (id integer primary key);
create temp table doomed_session (id integer primary key);
create temp table doomed_event (id integer primary key);
create temp table touched_mode (id integer primary key);
create temp table doomed_remedy (id integer primary key, becomes text not null);
