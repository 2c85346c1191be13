"""The S2S Postbacks tab of campaigns and sources."""
