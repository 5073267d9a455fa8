"""Files in: a mapping says what the columns mean, everything is checked set-wise, and all of it enters or none.

`run.bring_in` is the workflow; `mapping` reads the TOML; `inspecting` and `reading` know files and no customers;
`values` and `translating` write the SQL; `staging` fills the temporary tables; `entering` writes the live ones.
"""
