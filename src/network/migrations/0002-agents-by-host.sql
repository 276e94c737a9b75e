-- Every compute host has an agent: the one of a host is asked for with every card.
CREATE INDEX agents_host ON agents (host);
