"""The sections of the report, a module each: `section(lake)` reads tables and gives what the page shows of them."""
