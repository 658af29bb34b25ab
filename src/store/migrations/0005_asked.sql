-- How often a part of a program, an agent or a tool failed: each answer reads one of these indexes and no row.
create index failure_node on failure (node, at, session, pattern, expected) where node is not null;
create index failure_agent on failure (agent, at, session, pattern, expected) where agent is not null;
create index event_node on event (agent_kind, at, session, status, root) where agent_kind is not null;
create index failure_scope on failure (scope, at, session, pattern, expected);
