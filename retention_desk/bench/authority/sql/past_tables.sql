-- One row a new story, and where its entries go.
CREATE TABLE bench_past (n bigint PRIMARY KEY, story bigint, call_id bigint, proposal_id bigint, hold_id bigint,
    concession_id bigint, customer_id bigint, agent_id bigint, team_id bigint, site_id bigint, shift interval);
CREATE TABLE bench_past_account (kind text, period text, owner_id bigint, id bigint);
CREATE TABLE bench_past_counter (kind text, period text, owner_id bigint, id bigint, PRIMARY KEY (kind, period, owner_id))
