"""The audit for people: every act in words, searched by who, what, when and whom, and what its proof last said."""
