"""The ground floor: what is known of sources, campaigns, clicks and conversions."""
