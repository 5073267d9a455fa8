"""The administrator's page of intake: upload, look, start, watch, and fetch what was refused."""
