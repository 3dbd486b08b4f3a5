"""Settings by place of use: `base` is shared, `dev`, `test` and `prod` only override it."""
