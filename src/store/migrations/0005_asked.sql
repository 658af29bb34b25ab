-- How often a part of a program, an agent or a tool failed: each answer reads one of these indexes and no row.
create index failure_node on failure (node, at, session, pattern, expected) where node is not null;
create index failure_agent on failure (agent, at, session, pattern, expected) where agent is not null;
create index event_node on event (agent_kind, at, session, status, root) where agent_kind is not null;
create index failure_scope on failure (scope, at, session, pattern, expected);

-- What somebody says of what they were told: the newest word of each about each thing.
create table feedback (
    id integer primary key,
    session integer references session (id) on delete cascade,  -- whose agent says it; null = said in no session
    by text not null check (by in ('agent', 'person')),
    hint integer references hint (id) on delete cascade,
    remedy integer references remedy (id) on delete cascade,    -- that of the message, too
    mode integer references mode (id) on delete cascade,        -- that of the remedy, too
    skill text,                         -- its name
    project integer references project (id) on delete cascade,  -- where the silence holds; null = not in a project alone
    helped integer,                     -- 1 = it helped, 0 = it did not; null = nothing is said of that
    muted_until integer,                -- the mode is muted for this session, or in this project
    words text,
    at integer not null
) strict;
create unique index feedback_once on feedback (
    coalesce(session, 0), by, coalesce(hint, 0), coalesce(remedy, 0), coalesce(mode, 0), coalesce(skill, ''),
    coalesce(project, 0));
create index feedback_session on feedback (session) where session is not null;
create index feedback_hint on feedback (hint) where hint is not null;
create index feedback_remedy on feedback (remedy) where remedy is not null;
create index feedback_mode on feedback (mode) where mode is not null;
