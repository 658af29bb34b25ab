-- What worked after a failure, what was told of it, and what it led to.

-- Calls from a failure to the next success of its goal; null = none came, or it is not settled.
alter table failure add column passed_after integer;
-- The kind of remedy by which the goal was reached.
alter table failure add column passed_by text;
create index failure_instance on failure (instance, at) where expected is null;

-- Sessions of a shape were overcounted where sessions ran at the same time; who needs them counts the failures.
alter table shape drop column sessions;
alter table shape drop column last_session;

-- Another answer to a call that keeps failing than the settings give: 'deny-once', 'shadow' or 'off'.
alter table mode add column warnings text;

create table remedy (
    id integer primary key,
    pattern integer not null references pattern (id) on delete cascade,
    instance text,
    project integer references project (id) on delete cascade,
    kind text not null check (kind in ('changed', 'path', 'prepared', 'edited', 'retry', 'decision')),
    was text not null,
    becomes text not null,
    source text not null check (source in ('seen', 'agent', 'person')),
    verdict text check (verdict in ('confirmed', 'refuted')),
    decided_by text,
    decided_at integer,
    at integer not null
) strict;
create unique index remedy_text on remedy (pattern, coalesce(instance, ''), coalesce(project, 0), kind, was, becomes);
create index remedy_instance on remedy (instance) where instance is not null;

create table remedy_session (
    remedy integer not null references remedy (id) on delete cascade,
    session integer not null references session (id) on delete cascade,
    worked integer not null,
    failed integer not null,
    at integer not null,
    failing integer references event (id) on delete set null,
    working integer references event (id) on delete set null,
    primary key (remedy, session)
) strict, without rowid;
create index remedy_session_session on remedy_session (session);

create table hint (
    id integer primary key,
    session integer not null references session (id) on delete cascade,
    call blob not null,
    kind text not null check (kind in ('hint', 'warning', 'brief')),
    agent text,
    rule text check (rule in ('remedy', 'unsolved', 'decision')),
    mode integer references mode (id) on delete set null,
    instance text,
    remedy integer references remedy (id) on delete set null,
    at integer not null,
    shadow integer not null default 0,
    text text not null,
    suggestion text not null,
    bytes integer not null,
    aftermath text check (aftermath in ('helped', 'followed', 'failed-again', 'ignored')),
    unique (session, call, kind)
) strict;
create index hint_at on hint (at);
create index hint_mode on hint (mode) where mode is not null;
create index hint_remedy on hint (remedy) where remedy is not null;
