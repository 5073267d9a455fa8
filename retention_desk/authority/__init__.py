"""The authority scheme as pages: who may give what and why, the money for it, storms, and standing in."""
