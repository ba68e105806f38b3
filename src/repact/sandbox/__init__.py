"""The demo's world: peers, personas, the stage. Imports the server, never the reverse."""
